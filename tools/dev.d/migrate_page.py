"""The page of `tools/dev migrate-demo`: a migration, told to who decides on one. Head and style are those of all pages."""

import html
import pathlib

PAGE = pathlib.Path(__file__).resolve().parents[1] / "page"
STYLE = """
.verdict { border-left: .4rem solid var(--good); background: var(--panel); padding: .6rem 1rem; margin: 1rem 0; font-size: 1.15rem; }
.verdict.bad { border-color: var(--bad); }
.zero { color: var(--soft); }
.some { color: var(--bad); font-weight: 600; }
.bar { display: flex; height: 1.4rem; border-radius: .3rem; overflow: hidden; margin: .5rem 0; }
.bar i { display: block; min-width: 2px; }
pre { background: var(--panel); padding: .6rem .8rem; overflow-x: auto; border-radius: .4rem; }
"""
WORDS = "what differs"
VERDICTS = {
    "committed": ("carried out, although nobody saw the answer", "--good"),
    "not_committed": ("never carried out", "--query"),
    "superseded": ("overwritten since: makes no difference", "--unknown"),
    "unknown": ("not to be told", "--bad"),
}
WAYS = {
    "sent": "Send everything again that nobody answered",
    "dropped": "Leave out everything that nobody answered",
    "reconciled": "Send what reconcile found that the source did",
}


def number(value):
    return f"{value:,}"


def cell(value, name=""):
    style = "n" if not name else f"n {name}"
    return f'<td class="{style}">{number(value)}</td>'


def wrong(value):
    return cell(value, "some" if value else "zero")


def table(head, rows):
    cells = "".join(f'<th{" class=n" if at and each != WORDS else ""}>{html.escape(each)}</th>' for at, each in enumerate(head))
    return f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def cards(facts):
    found = facts["found"]
    shown = {
        "requests": facts["requests"],
        "writes asked for": facts["writes"],
        "without an answer": facts["unanswered"],
        "of these undecided": found.get("unknown", 0),
        "never recorded, found": found.get("missing", 0),
    }
    return '<dl class="cards">' + "".join(f"<div><dt>{name}</dt><dd>{number(value)}</dd></div>" for name, value in shown.items()) + "</dl>"


def verdicts(found):
    total = sum(found.get(name, 0) for name in VERDICTS) or 1
    bar = "".join(
        f'<i style="flex:{found[name]};background:var({colour})"></i>' for name, (_, colour) in VERDICTS.items() if found.get(name)
    )
    rows = [
        f'<tr><td><i class="dot" style="background:var({colour})"></i> {words}</td>{cell(found.get(name, 0))}'
        f'<td class="n">{100 * found.get(name, 0) / total:.1f}%</td></tr>'
        for name, (words, colour) in VERDICTS.items()
    ]
    return f'<div class="bar" aria-hidden="true">{bar}</div>' + table(["what the source did", "writes", "share"], rows)


def ways(facts):
    rows = []
    for way, words in WAYS.items():
        counts = facts["ways"][way]["wrong"]
        rows.append(f"<tr><td>{words}</td>" + "".join(wrong(counts[kind]) for kind in ("missing", "surplus", "other")) + "</tr>")
    return table(["how the unanswered writes are treated", "lost", "invented", "changed"], rows)


def indices(facts):
    rows = [
        f"<tr><td>{html.escape(index)}</td>{cell(row['source'])}{cell(row['target'])}"
        f"{wrong(row['missing'] + row['surplus'] + row['other'])}</tr>"
        for index, row in facts["ways"]["reconciled"]["parity"].items()
    ]
    return table(["index", "documents at the source", "at the target", "that differ"], rows)


def compared(facts):
    counts = facts["compare"]
    rows = [
        f"<tr><td class=mono>{html.escape(each['shape'])}</td>{cell(each['exchanges'])}<td>{html.escape(each['words'][:300])}</td></tr>"
        for each in facts["differences"]
    ]
    listed = table(["requests", "answers", WORDS], rows) if rows else ""
    hidden = "; ".join(f"{number(each['count'])} {html.escape(name)} ({html.escape(each['why'])})" for name, each in facts["hidden"].items())
    return (
        f"<p>{number(counts['compared'])} pairs of answers were compared: those to requests that were sent again, whole, and that "
        f"the source had answered. {number(counts['differing'])} differ, {number(counts['unexplained'])} of them for no reason that "
        f"is known of the two products.</p>"
        + (f"<p>Not counted as differences: {hidden}.</p>" if hidden else "")
        + listed
    )


def page(facts):
    """The whole page. `facts` is what migrate_demo.py gathered."""
    bad = sum(facts["ways"]["reconciled"]["wrong"].values())
    lost = facts["ways"]["dropped"]["wrong"]
    head = (PAGE / "head.html").read_text(encoding="utf-8").replace("script-src '{{script-hash}}'; ", "")
    head = head.replace("{{title}}", "A migration, proved").replace("{{style}}", (PAGE / "page.css").read_text(encoding="utf-8") + STYLE)
    verdict = (
        f"Every document of the source is at the target, with the same contents, and nothing else is there: "
        f"{number(sum(row['source'] for row in facts['ways']['reconciled']['parity'].values()))} documents."
        if not bad
        else f"{number(bad)} missing, surplus or changed at the target: it is not what the source was."
    )
    faults = [f"<tr><td>{words}</td>{cell(count)}</tr>" for words, count in facts["faults"].items()]
    return f"""{head}<body>
<header><h1>From {facts['source']} to {facts['target']}, without stopping</h1>
<p class="soft">A real source under load from real clients, recorded from beside it; {facts['seconds']} seconds on one machine.</p></header>
<main>
<p class="verdict{' bad' if bad else ''}">{verdict}</p>
{cards(facts)}
<h2>What went wrong meanwhile</h2>
<p>On purpose, as it happens in life. Whoever asked for a write and got no answer does not know whether it was done; nor does a
recorder, nor anybody who copies traffic.</p>
{table(["fault", "times"], faults)}
<h2>What the source really did</h2>
<p>trafrec reconciled the log with the source's own journal: each write that nobody answered, one by one. What the recorder missed
altogether was found by the holes in the source's numbers, and fetched.</p>
{verdicts(facts['found'])}
<h2>The backfill</h2>
<p>A program read all documents while all clients wrote, and put them into the target. trafrec found which of the recorded writes it holds
already, and sent the others, each once. {number(sum(facts['meanwhile'].values()))} writes ran while it was taken; for each of them
the copy itself was asked.</p>
<h2>What would have gone wrong</h2>
<p>Without that, there are two ways, and both are wrong: {number(sum(lost.values()))} documents would have been other ones, had the
unanswered writes been left out.</p>
{ways(facts)}
<h2>Is it all there?</h2>
{indices(facts)}
<h2>Does it answer as before?</h2>
{compared(facts)}
<h2>The same with a cluster of yours</h2>
<pre>trafrec record --interface eth0 --port 9200 --log LOG
trafrec reconcile LOG --translog DATA -o OVERLAY --accept presumed
trafrec reconcile boundary LOG --method scroll --target https://target:9200 -o OVERLAY
trafrec replay LOG --overlay OVERLAY --to https://target:9200 --run RUN
trafrec compare LOG RUN --html compare.html</pre>
</main>
<footer>Made by tools/dev migrate-demo; work number {html.escape(str(facts['seed']))}.</footer>
</body></html>
"""
