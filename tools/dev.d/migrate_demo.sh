# A whole migration on this machine: see migrate_demo.py. Sourced by tools/dev.

migrate_demo() {
  setup build replay reconcile
  build_preset release --target trafrec
  step "fetch Elasticsearch and OpenSearch" /usr/bin/python3 tests/replay/real/real_node.py fetch elasticsearch opensearch
  /usr/bin/python3 tools/dev.d/migrate_demo.py build/tools/trafrec build/migrate-demo "$@" ||
    die "the migration did not come out right" "what was found is shown above; the log is build/migrate-demo/log"
}
