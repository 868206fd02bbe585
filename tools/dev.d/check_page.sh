# Is the page of `trafrec patterns` what it says, in a real browser? Sourced by tools/dev. Not part of the tests: see
# browser.sh. With FOLDER its pictures stay there, for a person to look at.

source tools/dev.d/browser.sh

check_page() {
  local log pictures=${1:-}
  setup build browser
  build_preset release --target trafrec
  heading "Look at the page of patterns in Chromium"
  log=$(mktemp -t trafrec-page.XXXXXX)
  at_exit "rm -f '$log'"
  [[ -z $pictures ]] || mkdir -p "$pictures"
  if ! in_browser tests/tools/patterns/page_in_chromium.py "$ROOT/build/tools/trafrec" /usr/bin/chromium \
    ${pictures:+"$pictures"} >"$log" 2>&1; then
    die "the page does not keep its word" "$(cat "$log")"
  fi
  sed 's/^/  /' "$log"
  printf '\n%sThe page needs no network, fits phones and desktops, and takes no script from the traffic%s\n' "$GREEN" "$PLAIN"
}
