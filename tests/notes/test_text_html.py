"""The text of a web page: what a reader sees, line by line, and nothing that is hidden."""

import pytest

from smartapp.notes.markup import MAX_TAGS
from smartapp.notes.text import text_of, text_of_markup


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("One<br/>Two", "One\nTwo"),
        ("<script>alert('x')</script>after", "after"),
        ("<STYLE>p{}</STYLE >after", "after"),
        ("<script>if (a < b) '</p>'</script>after", "after"),
        ("<script>unclosed", ""),
        ("<script/>after", "after"),
        ("<head><title>Note</title><meta charset=utf-8></head><body>after", "after"),
        ("before<!-- <p>hidden</p> -->after", "before after"),
        ("before<!-- unclosed", "before"),
        ("<!DOCTYPE html><?xml version='1'?>text", "text"),
        ("<![CDATA[a < b]]>", "a < b"),
        ("BP 120 < 140 and 5 <6", "BP 120 < 140 and 5 <6"),
        ("pain <moderate <b>now</b>", "pain <moderate now"),
        ("<a title='a > b'>link</a>", "link"),
        ('<a title="it\'s">link</a> it\'s', "link it's"),
        ("<td>a</td><td>b</td>", "a\tb"),
        ("<table><tr><th>Goal</th><th>Since</th></tr><tr><td>Walk</td><td>May</td></tr></table>",
         "Goal\tSince\n\nWalk\tMay"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<li>a</li><li>b</li>", "- a\n\n- b"),
        ("a  \n\n  b<p>c", "a b\nc"),
        ("<pre>Goals:\n  home\n\nPlan: none</pre>", "Goals:\nhome\n\nPlan: none"),
        ("<div style='white-space: pre-wrap'>one\ntwo</div> three\nfour", "one\ntwo\nthree four"),
        ("one <span style='DISPLAY : none'>two<span>three</span></span> four", "one four"),
        ("one <p hidden>two<p>three", "one\nthree"),
        ("<div hidden>two<div>three</div></div>four", "four"),
        ("one <s>two</s> <del>three</del> four", "one four"),
        ("one <span style='text-decoration:line-through'>two</span>", "one"),
        ("one <input type=hidden value=two> three", "one three"),
        ("<o:p>one</o:p>", "one"),
        ("<sub>one</sub>two", "onetwo"),
        ("&lt;script&gt;x&lt;/script&gt;", "<script>x</script>"),
        ("a&nbsp;b &#8220;c&#8221; &unknown;", "a b “c” &unknown;"),
        (f"&#{'9' * 5000};", f"&#{'9' * 5000};"),
        ("&#55296;&#0;x", "\ufffd\ufffdx"),
        ("<p", ""),
    ],
)  # fmt: skip
def test_markup_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert text_of_markup(markup) == text


def test_a_page_of_too_many_tags_is_read_in_part() -> None:
    note = text_of(b"<b>x" * (MAX_TAGS + 10), "text/html")

    assert note.problem is None
    assert note.partly
    assert set(note.text) == {"x"}
