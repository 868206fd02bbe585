#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "replay/dialect/operation.h"
#include "replay/message/http_message.h"

namespace trafrec::guard {

/// The documents of these tests: {"ops":[3,7],"p":9}. Each operation has a number of its own and
/// leaves it in the document, so that a document tells what was done to it, and how often.
struct Content {
  std::vector<int> ops;
  std::optional<int> p;

  bool operator==(const Content&) const = default;
  std::string Text() const;
};

/// A search engine in memory: one shard, and of its REST interface what documents need. That it
/// does what real ones do is checked by check_model.py.
class ModelTarget {
 public:
  struct Document {
    bool exists = false;  ///< else its deletion is remembered
    int64_t version = 0;
    int64_t seq_no = 0;
    int64_t primary_term = 0;
    Content content;
  };
  using Name = std::pair<std::string, std::string>;  ///< index, id

  /// Ids that it gives begin so: those of two engines differ.
  explicit ModelTarget(std::string id_prefix) : id_prefix_(std::move(id_prefix)) {}

  /// Called with each request and its answer.
  using Observer = std::function<void(const message::Request&, const message::Answer&)>;
  void set_observer(Observer observer) { observer_ = std::move(observer); }

  message::Answer Handle(const message::Request& request);
  /// A new primary term, as after a restart.
  void Restart() { primary_term_ += keeps_term_ ? 0 : 1; }
  void KeepTerm() { keeps_term_ = true; }
  /// Asked for each item of a bulk whether it is refused with 429.
  void set_busy(std::function<bool()> busy) { busy_ = std::move(busy); }

  const std::map<Name, Document>& documents() const { return documents_; }
  /// How often the operation of that number changed something.
  int Applied(int operation) const;

 private:
  struct ItemAnswer {
    int status = 0;
    std::string members;  ///< of its JSON, without braces
  };

  message::Answer Answer(const message::Request& request);
  ItemAnswer Apply(const dialect::Operation& operation, std::string_view body);
  ItemAnswer Write(const dialect::Operation& operation, const Name& name, Content content,
                   int number);
  ItemAnswer Update(const dialect::Operation& operation, const Name& name, std::string_view body);
  ItemAnswer Delete(const dialect::Operation& operation, const Name& name);
  /// "" if the operation's condition holds.
  std::string Conflict(const dialect::Operation& operation, const Document& document) const;
  message::Answer MultiGet(const dialect::Meaning& meaning, const message::Request& request) const;

  std::map<Name, Document> documents_;
  std::map<int, int> applied_;
  int64_t next_seq_no_ = 0;
  int64_t primary_term_ = 1;
  std::string id_prefix_;
  int next_id_ = 0;
  bool keeps_term_ = false;
  std::function<bool()> busy_;
  Observer observer_;
};

}  // namespace trafrec::guard
