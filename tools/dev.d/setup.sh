# Installs Debian packages, and nothing else. Sourced by tools/dev.

PACKAGES_build="g++ cmake ninja-build ccache pkg-config libpcap-dev libtins-dev libzstd-dev
  zlib1g-dev libbrotli-dev libsqlite3-dev libre2-dev libsodium-dev libssl-dev
  libcurl4-openssl-dev libedit-dev libcap-ng-dev libseccomp-dev libmicrohttpd-dev prometheus-cpp-dev nlohmann-json3-dev
  libsimdjson-dev libtomlplusplus-dev libjq-dev libcli11-dev libasio-dev libfmt-dev node-llhttp libgtest-dev libgmock-dev"
PACKAGES_demo="nginx-light curl python3 procps"
PACKAGES_test="nginx-light curl openssl python3 python3-zstandard python3-jsonschema python3-nacl node-har-schema
  sqlite3 iproute2 libcap2-bin procps prometheus systemd chromium fonts-dejavu-core libxml2-utils"
PACKAGES_lint="clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev llvm-19 git python3"
PACKAGES_package="dpkg-dev lintian debootstrap systemd strace python3 python3-venv iproute2 util-linux"
PACKAGES_container="buildah crun python3 python3-yaml iproute2 util-linux"
PACKAGES_browser="chromium fonts-dejavu-core python3-venv iproute2 util-linux"
PACKAGES_replay="python3-venv maven openjdk-17-jdk-headless"
PACKAGES_reconcile="tcpdump iptables iproute2 procps util-linux"
PACKAGES_mitmproxy="mitmproxy python3"
PACKAGES_bench="httpry tcpflow tshark tcpdump zstd python3 iproute2 nginx-light nghttp2-client wrk golang-go"

# One dpkg-query for all names: a tenth of a second when everything is there.
missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | awk '$1 == "ii" {print $2}') || true
  for package in "$@"; do
    grep -qxF "$package" <<<"$installed" || echo "$package"
  done
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

setup() {
  local groups=("$@") group packages missing
  ((${#groups[@]})) || groups=(build demo test lint)
  packages=()
  for group in "${groups[@]}"; do
    local list=PACKAGES_$group
    [[ -n ${!list:-} ]] ||
      die "there is no group \"$group\" of packages; there are: build demo test lint package container browser replay reconcile mitmproxy bench"
    for package in ${!list}; do packages+=("$package"); done
  done
  mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
  mapfile -t missing < <(missing_packages "${packages[@]}")
  if ((${#missing[@]} == 0)); then
    return
  fi

  heading "Install ${#missing[@]} Debian packages"
  printf '%s\n' "${missing[*]}" | fold -s -w 94 | sed 's/^/  /'
  command -v apt-get >/dev/null ||
    die "this is no Debian: apt-get is missing" "install what the list above names in your system's way"
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "packages are missing, and only root can install them (there is no sudo here)" \
      "try, as root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  # Ask for the password now, not hidden inside a quiet step.
  ((EUID == 0)) || sudo -v || die "sudo refused" "try, as root: tools/dev setup"
  step "update the package lists" as_root apt-get update -qq
  step "install" install_packages "${missing[@]}"
}

# Debian starts nginx's service when it installs the package. We want the program only.
install_packages() {
  local policy=/usr/sbin/policy-rc.d status=0 made=''
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=yes
    at_exit "as_root rm -f $policy"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" || status=$?
  [[ -z $made ]] || as_root rm -f "$policy"
  return "$status"
}
