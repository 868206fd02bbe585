# Is Debian's package what it should be? Builds it, asks lintian, installs it into a Debian of its own, uses, upgrades,
# removes and purges it there. Sourced by tools/dev. Needs root and the network.

check_package() {
  package
  heading "Debian's package"
  step "lintian" lintian --fail-on error,warning --info "$PACKAGE"
  debian_root
  INSIDE=$(mktemp -d -t trafrec-inside.XXXXXX)
  at_exit 'rm -rf "$INSIDE"'
  step "unpack it" tar -C "$INSIDE" --numeric-owner --xattrs -xf "$DEBIAN_ROOT"
  chmod 755 "$INSIDE"
  cp "$PACKAGE" "$INSIDE/root/trafrec.deb"
  step "update its package lists" inside apt-get update -qq
  check_install
  check_use
  check_upgrade
  check_removal
  check_example
  check_dashboard
  printf '\n%sThe package installs, records, upgrades and goes as it should%s\n' "$GREEN" "$PLAIN"
}

# inside COMMAND...: runs it in the Debian, which sees no other process and has no standard input.
inside() {
  unshare --mount --pid --fork --mount-proc="$INSIDE/proc" chroot "$INSIDE" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root "$@" </dev/null
}

# rule TEXT COMMAND...: what must hold, as a sentence, and the command that succeeds if it does.
rule() {
  local text=$1 output
  shift
  if ! output=$("$@" 2>&1); then
    die "this does not hold: $text" "$*" "$output"
  fi
  note "$text: ${GREEN}ok${PLAIN}"
}

apt_install() { inside apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@"; }

check_install() {
  step "install it" apt_install /root/trafrec.deb
  rule "the binary runs, and is of the package's version" same_version
  rule "the user has no shell, and a group of its own" \
    inside sh -c 'getent passwd trafrec | grep -q ":/var/lib/trafrec:/usr/sbin/nologin$" && [ "$(id -gn trafrec)" = trafrec ]'
  rule "the log's folder is the user's alone" has_rights /var/lib/trafrec "trafrec:trafrec 750"
  rule "only root can change the config file" has_rights /etc/trafrec/recorder.toml "root:root 644"
  rule "the unit is there, and not enabled" \
    inside sh -c '[ -f /lib/systemd/system/trafrec.service ] && ! ls /etc/systemd/system/*.wants/trafrec.service'
  rule "man finds the page" inside sh -c 'man trafrec | grep -q "trafrec record"'
  rule "bash completes commands" completes_in_bash
  rule "zsh and fish have their completions" inside sh -c 'head -n 1 /usr/share/zsh/vendor-completions/_trafrec |
    grep -q "^#compdef trafrec" && grep -q "complete -c trafrec" /usr/share/fish/vendor_completions.d/trafrec.fish'
  rule "installing it again changes nothing" apt_install --reinstall /root/trafrec.deb
}

same_version() {
  local version
  version=$(dpkg-deb -f "$PACKAGE" Version)
  [[ $(inside trafrec --version) == "trafrec ${version%-*}" ]]
}

has_rights() { [[ $(inside stat -c '%U:%G %a' "$1") == "$2" ]]; }

completes_in_bash() {
  inside bash -c 'source /usr/share/bash-completion/bash_completion; _completion_loader trafrec
    COMP_WORDS=(trafrec recor) COMP_CWORD=1; _trafrec; [[ ${COMPREPLY[*]} == record ]]'
}

check_use() {
  unshare --net /usr/bin/python3 tests/packaging/service.py sample "$INSIDE/tmp/sample.pcap"
  rule "its user records a capture file into the log that the default config names" inside setpriv --reuid trafrec \
    --regid trafrec --clear-groups trafrec record --config /etc/trafrec/recorder.toml --read /tmp/sample.pcap
  rule "the log has what was in the file" logged 3
  rule "the unit's command records with the unit's rights, and makes only calls that its filter lets through" \
    unshare --net /usr/bin/python3 tests/packaging/service.py live "$INSIDE"
  rule "the log has what was sent" logged 8
}

logged() { [[ $(inside trafrec export /var/lib/trafrec/log --format ndjson | wc -l) == "$1" ]]; }

# The same package, called the next version.
check_upgrade() {
  local next=$INSIDE/tmp/next
  dpkg-deb -R "$PACKAGE" "$next"
  sed -i 's/^Version: .*/Version: 99.0-1/' "$next/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$next" "$INSIDE/root/next.deb" >/dev/null
  rm -rf "$next"
  step "upgrade it" apt_install /root/next.deb
  rule "an upgrade keeps the config file" inside grep -q '^interface = "lo"' /etc/trafrec/recorder.toml
  rule "and the log" logged 8
}

check_removal() {
  local user
  user=$(inside id trafrec)
  step "remove it" inside apt-get remove -y -qq trafrec
  rule "the binary, the unit and the completions are gone" \
    inside sh -c '! ls /usr/bin/trafrec /lib/systemd/system/trafrec.service /usr/share/*/*completions*/*trafrec*'
  rule "the config file and the log stay" \
    inside ls -d /etc/trafrec/recorder.toml /var/lib/trafrec/log/log.json /var/lib/trafrec/redaction.key
  step "purge it" purge
  rule "a purge says that the log is kept" grep -q "/var/lib/trafrec is kept" "$INSIDE/tmp/purge"
  rule "and keeps it, with its user" inside sh -c '[ -e /var/lib/trafrec/log/log.json ] && [ "$(id trafrec)" = "$1" ]' sh "$user"
  rm -rf "$INSIDE/var/lib/trafrec/log" "$INSIDE/var/lib/trafrec/redaction.key"
  step "install it again" apt_install /root/trafrec.deb
  step "purge it" purge
  rule "without a log nothing of it stays but the user" \
    inside sh -c 'id trafrec && ! find /etc /usr /var/lib /run -name "*trafrec*" | grep .'
}

purge() { inside apt-get purge -y -qq trafrec >"$INSIDE/tmp/purge" 2>&1; }

KUBERNETES_VALIDATE_VERSION=1.37.0

# The example for Kubernetes, against the schemas that Kubernetes publishes. They come with this checker, which is not
# Debian's; 1.29 is the first version that knows sidecars.
check_example() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec/kubernetes-validate-$KUBERNETES_VALIDATE_VERSION
  local example=packaging/kubernetes/sidecar.yaml version
  VALIDATE=$cache/bin/kubernetes-validate
  python_tool "$cache" "kubernetes-validate==$KUBERNETES_VALIDATE_VERSION"
  for version in 1.29 "${KUBERNETES_VALIDATE_VERSION%.*}"; do
    rule "the sidecar is valid for Kubernetes $version" "$VALIDATE" --strict -k "$version" "$example"
  done
  sed 's/readOnlyRootFilesystem/readOnlyRootFileSystem/' "$example" >"$INSIDE/tmp/misspelt.yaml"
  rule "a misspelt field would be found" misspelling_is_found
}

misspelling_is_found() {
  { "$VALIDATE" --strict -k 1.29 "$INSIDE/tmp/misspelt.yaml" || true; } | grep -q "readOnlyRootFileSystem.* was unexpected"
}

GRAFANA_MODELS_VERSION=1769699998!10.1.0

# The dashboard, against the models that Grafana makes of its schemas.
check_dashboard() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec/grafana-foundation-sdk-${GRAFANA_MODELS_VERSION#*!}
  local dashboard=packaging/grafana/trafrec.json
  python_tool "$cache" "grafana-foundation-sdk==$GRAFANA_MODELS_VERSION"
  rule "Grafana knows each member of the dashboard" "$cache/bin/python" tests/packaging/dashboard.py "$dashboard"
  sed 's/"colorMode"/"colourMode"/' "$dashboard" >"$INSIDE/tmp/misspelt.json"
  rule "a misspelt member would be found" \
    sh -c '"$0" tests/packaging/dashboard.py "$1" 2>&1 | grep -q options/colourMode' "$cache/bin/python" "$INSIDE/tmp/misspelt.json"
}

# python_tool FOLDER REQUIREMENT: a package that is not Debian's, with all that it needs, in a folder of its own.
python_tool() {
  [[ ! -e $1/ready ]] || return 0
  step "install ${2%%=*} into $1" install_python_tool "$1" "$2"
}

install_python_tool() {
  /usr/bin/python3 -m venv --clear "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check "$2"
  touch "$1/ready"
}
