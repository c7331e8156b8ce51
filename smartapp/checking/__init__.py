"""What is wrong with a launch file, and what an EHR offers to it, before anybody launches."""
