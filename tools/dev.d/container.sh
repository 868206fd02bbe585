# Builds the container's image out of the package, and records in it as Kubernetes would run it. Sourced by tools/dev. Not
# part of the tests: it takes buildah, crun, root and the network.

container() {
  DEV_COMMAND=container
  setup build package container
  package
  debian_root
  heading "The container's image"
  local version file
  version=$(dpkg-deb -f "$PACKAGE" Version)
  version=${version%-*}
  file=build-package/packages/trafrec-$version-image.tar
  IMAGES=$(mktemp -d -t trafrec-images.XXXXXX)
  at_exit 'rm -rf "$IMAGES"'
  at_exit 'images umount --all >/dev/null'
  step "take that Debian for its first stage" import_debian
  step "build it" build_image "$version"
  step "record in it with the rights of the Kubernetes example" try_image "$version"
  step "write it" images push --quiet "localhost/trafrec:$version" "docker-archive:$file:trafrec:$version"
  note "$file, $(du -h "$file" | cut -f1); podman load -i $file"
}

# Images and containers in a folder of their own, without a daemon.
images() { buildah --root "$IMAGES/root" --runroot "$IMAGES/run" --storage-driver vfs "$@"; }

import_debian() {
  local container
  container=$(images from scratch)
  images add --quiet "$container" "$DEBIAN_ROOT" /
  images commit --quiet --rm "$container" localhost/trafrec-debian
}

build_image() {
  local context=$IMAGES/context
  mkdir "$context"
  cp "$PACKAGE" "$context/trafrec.deb"
  cp packaging/container_root "$context"
  images bud --isolation chroot --build-arg DEBIAN=localhost/trafrec-debian --tag "localhost/trafrec:$1" \
    -f packaging/Containerfile "$context"
}

try_image() {
  local container folder
  container=$(images from "localhost/trafrec:$1")
  folder=$(images mount "$container")
  unshare --net --mount /usr/bin/python3 tests/packaging/sidecar.py "$folder" build-package/tools/trafrec
}
