#!/usr/bin/env python3
"""A brief of an Arabic article, with the standard library alone. Run beside `mujaz serve`:

    examples/brief.py ARTICLE.txt

MUJAZ_URL is where the gateway is (default http://127.0.0.1:8080), MUJAZ_KEY a key of the scope `brief` where
keys are needed. Exits 1 where there is no brief, 3 where the checks found an error in it.
"""
import json, os, sys, time, urllib.error, urllib.request

URL = os.environ.get("MUJAZ_URL", "http://127.0.0.1:8080")


def brief(text, tries=5, **more):
    """The brief as the gateway's JSON; waits where the gateway says how long."""
    body = json.dumps({"text": text, **more}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key := os.environ.get("MUJAZ_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    for attempt in range(tries):
        request = urllib.request.Request(f"{URL}/v1/briefs", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            wait = error.headers.get("Retry-After")
            if wait is None or attempt + 1 == tries:
                # `type` is stable, so a program can branch on it; `detail` is for people.
                sys.exit(f"{problem['type']}: {problem['detail']} (request {problem['request_id']})")
            time.sleep(min(int(wait), 60))


def show(made):
    print(made["headline"])
    for passage in made["summary"]:
        print(f"\n{passage['text']} [{', '.join(passage['sources'])}]")
    for section in made["sections"]:
        if section["heading"]:
            print(f"\n{section['heading']}")
        for passage in section["passages"]:
            print(f"  {passage['text']} [{', '.join(passage['sources'])}]")
    worrying = [finding for finding in made["findings"] if finding["severity"] != "info"]
    for finding in worrying:
        print(f"\n{finding['severity']}: {finding['message']}", file=sys.stderr)
    print("\nMachine-made draft: check before publishing.", file=sys.stderr)
    return any(finding["severity"] == "error" for finding in worrying)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as article:
        wrong = show(brief(article.read(), detail="brief"))
    sys.exit(3 if wrong else 0)
