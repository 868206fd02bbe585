# Does a HAR file of ours serve a page in a real browser, and do we take the browser's own? Sourced by tools/dev. Not part of
# the tests: see browser.sh.

source tools/dev.d/browser.sh

check_har() {
  local log
  setup build browser
  build_preset release --target trafrec
  heading "Visit a recorded page in Chromium"
  log=$(mktemp -t trafrec-har.XXXXXX)
  at_exit "rm -f '$log'"
  # On a network of its own: what Chromium shows the second time can only come from the file.
  if ! in_browser tests/tools/har_in_chromium.py "$ROOT/build/tools/trafrec" /usr/bin/chromium >"$log" 2>&1; then
    die "the page from the HAR file is not the page that was recorded" "$(cat "$log")"
  fi
  sed 's/^/  /' "$log"
  printf '\n%sThe HAR file serves the page%s\n' "$GREEN" "$PLAIN"
}
