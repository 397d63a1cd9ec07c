"""Reads the paths of feed documents on standard input, parses each with Python's
feedparser, and prints one JSON object a line. The suite's documents carry the
headers they want to be served with in a comment; both sides get them. With
--time it prints the seconds that parsing took instead."""
import calendar, json, re, sys, time, warnings

warnings.simplefilter("ignore")
# Whether its optional detector is installed must not change what it says.
sys.modules["cchardet"] = sys.modules["chardet"] = None

import feedparser  # noqa: E402


def stamp(t):
    try:
        return calendar.timegm(t) if t else None
    except (ValueError, OverflowError):
        return None


def headers(data):
    for charset in ("utf-8", "utf-16", "utf-32", "latin-1"):
        try:
            text = data.decode(charset)
            break
        except UnicodeDecodeError:
            continue
    found = re.findall(r"^\s*Header:\s*([^:]+):(.*)$", text, re.M)
    return {k.strip().lower(): v.strip() for k, v in found}


def entry(e):
    content = e.get("content")
    return {
        "title": e.get("title") or "",
        "link": e.get("link") or "",
        "published": stamp(dict.get(e, "published_parsed")),
        "updated": stamp(dict.get(e, "updated_parsed")),
        "authors": [a.get("name") or a.get("email") or "" for a in e.get("authors", [])],
        "text": (content[0].get("value") if content else e.get("summary")) or "",
    }


def main():
    took = 0.0
    for path in sys.stdin.read().splitlines():
        with open(path, "rb") as f:
            data = f.read()
        out = {"path": path, "headers": headers(data), "entries": [], "error": ""}
        try:
            start = time.perf_counter()
            d = feedparser.parse(data, response_headers=dict(out["headers"]))
            took += time.perf_counter() - start
            out["entries"] = [entry(e) for e in d.entries]
        except Exception as fault:
            out["error"] = repr(fault)
        if "--time" not in sys.argv:
            print(json.dumps(out))
    if "--time" in sys.argv:
        print(took)


main()
