#!/usr/bin/env bash
# A brief by curl, in the ways in which a newsroom asks for one. Run beside `mujaz serve`:
#
#     examples/curl.sh [ARTICLE]
#
# MUJAZ_URL is where the gateway is (default http://127.0.0.1:8080), MUJAZ_KEY a key of the scope `brief`
# where keys are needed.
set -euo pipefail
article=${1:-$(dirname "$0")/port.txt}
url=${MUJAZ_URL:-http://127.0.0.1:8080}
key=(-H "X-API-Key: ${MUJAZ_KEY:-none}")
text=(-H "Content-Type: text/plain; charset=utf-8" --data-binary "@$article")

echo "== for reading"
curl -sS --fail-with-body "$url/v1/briefs" "${key[@]}" "${text[@]}" -H "Accept: text/markdown"

echo "== as it comes along"
curl -sSN --fail-with-body "$url/v1/briefs" "${key[@]}" "${text[@]}" -H "Accept: text/event-stream" |
    grep "^event:"

echo "== later: accepted now, fetched when it is done"
id=$(curl -sS --fail-with-body "$url/v1/briefs" "${key[@]}" "${text[@]}" -H "Prefer: respond-async" |
    sed -E 's/.*"id":"([^"]+)".*/\1/')
for _ in $(seq 600); do
    status=$(curl -sS -o /dev/null -w '%{http_code}' "$url/v1/briefs/$id" "${key[@]}")
    [ "$status" = 202 ] || break
    sleep 1
done
curl -sS --fail-with-body "$url/v1/briefs/$id" "${key[@]}" -H "Accept: text/markdown" | sed -n '/^# /p'
