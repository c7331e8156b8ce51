"""From drafts to the chart: plan, ledger, sender, receipts. Nothing is stored before it was read back."""
