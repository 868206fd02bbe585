# Builds Debian's package and the container's image. Sourced by tools/dev.

# The package is built beside build/ (from the compiler's cache, if that was built), to be installed in /usr. Its name is in
# PACKAGE then.
package() {
  setup build package
  build_preset package
  rm -rf build-package/packages
  step "make the package" cpack --config build-package/CPackConfig.cmake -B build-package/packages
  PACKAGE=$(echo build-package/packages/*.deb)
  note "$PACKAGE, $(du -h "$PACKAGE" | cut -f1); sudo apt-get install ./$PACKAGE"
}

# debian_root: a Debian that has nothing but what every one has, and what the checks look with, as a tar file in
# DEBIAN_ROOT. Made once; delete it to make it anew.
debian_root() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec
  DEBIAN_ROOT=$cache/debian-bookworm-1.tar
  ((EUID == 0)) || die "only root can make a Debian to install into" "try: sudo tools/dev ${DEV_COMMAND:-check package}"
  if [[ ! -e $DEBIAN_ROOT ]]; then
    step "make a Debian in $cache" make_debian_root "$DEBIAN_ROOT"
  fi
}

make_debian_root() {
  local folder
  folder=$(mktemp -d -t trafrec-debian.XXXXXX)
  at_exit "rm -rf '$folder'"
  chmod 755 "$folder"
  mkdir -p "$(dirname "$1")"
  debootstrap --variant=minbase --include=bash-completion,ca-certificates,man-db bookworm "$folder"
  local mirror
  mirror=$(cut -d' ' -f2 "$folder/etc/apt/sources.list" | head -n 1)
  printf 'deb %s bookworm-updates main\ndeb %s-security bookworm-security main\n' "$mirror" "$mirror" \
    >>"$folder/etc/apt/sources.list"
  rm -f "$folder"/var/cache/apt/archives/*.deb
  tar -C "$folder" --numeric-owner --xattrs -cf "$1.new" .
  mv "$1.new" "$1"
  rm -rf "$folder"
}
