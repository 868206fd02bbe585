// Which pointers of a redaction reach what reconcile reads.
//
// A pointer may name a field of documents and, without anybody meaning to, a member of the
// service's own: /status is in errors, /**/deleted in the answers of by-query requests. Strings
// that were replaced show it, numbers and booleans do not. So the pointers are tried out on samples
// of what is read: with the recorder's own redaction, since how it walks is nothing to write twice.

#include "tools/reconcile/redacted_protocol.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "reassembly/redaction/json_redactor.h"
#include "reassembly/redaction/redaction_rules.h"
#include "reassembly/redaction/secret_tokens.h"
#include "store/crypto/key_file.h"
#include "store/crypto/random.h"
#include "store/format/redacted_pointers.h"

namespace trafrec::tools {
namespace {

/// Requests and answers with what is read of them, and no document's own. In a body of several
/// lines each is one. The type of an error is not among them: without it less is said.
constexpr std::array<std::string_view, 11> kSamples = {
    R"({"_index":"i","_type":"_doc","_id":"1","_version":1,"result":"created","_seq_no":1,)"
    R"("_primary_term":1,"found":true,"_routing":"r","get":{"_seq_no":1,"_primary_term":1,)"
    R"("found":true}})",
    R"({"errors":true,"items":[{"index":{"_index":"i","_id":"1","_version":1,"result":"created",)"
    R"("_seq_no":1,"_primary_term":1,"status":1}},{"create":{"status":1}},{"update":{"status":1}},)"
    R"({"delete":{"status":1}}]})",
    R"({"docs":[{"_index":"i","_id":"1","routing":"r","_routing":"r","_version":1,"_seq_no":1,)"
    R"("_primary_term":1,"found":true}]})",
    R"({"hits":{"hits":[{"_index":"i","_id":"1","_routing":"r","_version":1,"_seq_no":1,)"
    R"("_primary_term":1}]}})",
    R"({"responses":[{"hits":{"hits":[{"_index":"i","_id":"1","_routing":"r","_version":1,)"
    R"("_seq_no":1,"_primary_term":1}]}}]})",
    R"({"updated":1,"created":1,"deleted":1,"failures":[{"id":"1"}]})",
    R"({"index":{"_index":"i","_id":"1","routing":"r","_routing":"r","version":1,)"
    R"("version_type":"t","if_seq_no":1,"if_primary_term":1,"pipeline":"p","op_type":"o",)"
    R"("retry_on_conflict":1,"require_alias":true}})"
    "\n"
    R"({"create":{"_index":"i","_id":"1","routing":"r"}})"
    "\n"
    R"({"update":{"_index":"i","_id":"1","routing":"r","retry_on_conflict":1}})"
    "\n"
    R"({"delete":{"_index":"i","_id":"1","routing":"r","version":1,"version_type":"t"}})",
    R"({"doc_as_upsert":true,"scripted_upsert":true,"detect_noop":true})",
    R"({"actions":[{"add":{"index":"i","alias":"a","indices":["i"],"aliases":["a"]}},)"
    R"({"remove":{"index":"i","alias":"a"}},{"remove_index":{"index":"i"}}]})",
    R"({"cluster_uuid":"u","version":{"number":"7","distribution":"o"},"metadata":{"indices":{"i":)"
    R"({"settings":{"index":{"number_of_shards":"1","number_of_routing_shards":1,"uuid":"u",)"
    R"("routing_partition_size":1,"version":{"created":"1"}},"number_of_shards":1},)"
    R"("routing_num_shards":1,"primary_terms":{"0":1}}}}})",
    R"({"settings":{"index":{"number_of_shards":1,"number_of_routing_shards":1},)"
    R"("number_of_shards":1,"number_of_routing_shards":1},)"
    R"("indices":{"i":{"shards":{"0":[{"routing":{"primary":true},"seq_no":{"max_seq_no":1,)"
    R"("local_checkpoint":1,"global_checkpoint":1}}]}}}})",
};

bool ReachesSamples(const std::string& pointer) {
  auto parsed = reassembly::JsonPointer::Parse(pointer);
  if (!parsed) {
    return true;  // a newer recorder's: nobody knows
  }
  const std::vector<reassembly::JsonPointer> pointers{*std::move(parsed)};
  store::crypto::RedactionKey key;
  store::crypto::FillRandom(key.bytes());
  reassembly::SecretTokens tokens(key.bytes());
  reassembly::JsonRedactor redactor(pointers, tokens);
  std::string out;
  for (const std::string_view sample : kSamples) {
    if (redactor.Redact(sample, out) != reassembly::JsonRedactor::Outcome::kUnchanged) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<std::string> RedactedProtocol(store::LogReader& log) {
  TRY_ASSIGN(const std::vector<store::AttemptInfo> attempts, log.Attempts());
  std::set<std::string> pointers;
  for (const store::AttemptInfo& attempt : attempts) {
    for (std::string& pointer : store::RedactedPointersIn(attempt.source)) {
      pointers.insert(std::move(pointer));
    }
  }
  std::string reaching;
  for (const std::string& pointer : pointers) {
    if (ReachesSamples(pointer)) {
      reaching += (reaching.empty() ? "" : ", ") + pointer;
    }
  }
  return reaching.empty()
             ? std::string()
             : fmt::format("what tells operations from each other (--redact-json {})", reaching);
}

}  // namespace trafrec::tools
