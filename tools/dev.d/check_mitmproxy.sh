# Does a flow dump of a real mitmproxy come through, as docs/import.md says? Sourced by tools/dev. Not part of the tests:
# mitmproxy brings a hundred megabytes of Python.

HAR_SCRIPT=/usr/share/doc/mitmproxy/examples/contrib/har_dump.py

check_mitmproxy() {
  setup build mitmproxy
  build_preset release --target trafrec
  heading "Take over flows of $(dpkg-query -W -f '${Package} ${Version}' mitmproxy)"
  python3 tests/import/through_mitmproxy.py "$ROOT/build/tools/trafrec" "$ROOT/tools/mitmproxy_to_ndjson.py" \
    "$HAR_SCRIPT" || die "what was imported is not what was sent"
}
