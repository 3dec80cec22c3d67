#!/usr/bin/env bash
# Pushes an item to mujaz as Superdesk's HTTP push does: ninjs, signed with HMAC-SHA1.
#
#     MUJAZ_SUPERDESK_SECRET=… examples/superdesk/push.sh [ITEM.json]
set -euo pipefail
item=${1:-$(dirname "$0")/item.json}
url=${MUJAZ_URL:-http://127.0.0.1:8080}
signature=$(openssl dgst -sha1 -hmac "$MUJAZ_SUPERDESK_SECRET" "$item" | sed 's/.*= //')
curl -sS --fail-with-body "$url/v1/hooks/superdesk" \
    -H "Content-Type: application/json" -H "x-superdesk-signature: sha1=$signature" --data-binary "@$item"
