// A query joins the texts of its rows by id. In an encrypted segment they lie in blocks, so a
// virtual table finds the block, decrypts it, and keeps the last ones: the rows of a query go
// forward in time, and their targets forward in the blocks, while their hosts are in the first one.

#include "store/reader/encrypted_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "store/db/virtual_table.h"
#include "store/format/text_block.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

enum Column : int { kId, kBytes };

constexpr std::array kColumns = {db::VirtualColumn{"id", "INTEGER", db::Lookup::kOne},
                                 db::VirtualColumn{"bytes", "BLOB"}};

/// The id that a scan asks for; nothing if it asks for all, or for none that there can be.
std::optional<int64_t> WantedId(const db::ScanRequest& request) {
  for (const db::ColumnLimit& limit : request.limits) {
    if (const auto* id = std::get_if<int64_t>(&limit.value);
        id != nullptr && limit.column == kId && limit.comparison == db::Comparison::kEqual) {
      return *id;
    }
  }
  return std::nullopt;
}

/// One row, or none.
class TextCursor : public db::VirtualCursor {
 public:
  TextCursor(std::optional<int64_t> id, Result<std::string> text)
      : id_(id), text_(std::move(text)) {}

  Result<bool> Next() override {
    const bool row = id_ && !shown_;
    shown_ = true;
    if (row && !text_) {
      return std::unexpected(text_.error());
    }
    return row;
  }
  db::SqlValue Value(int column) const override {
    return column == kId ? db::SqlValue(*id_) : db::SqlValue(db::Blob{*text_});
  }

 private:
  std::optional<int64_t> id_;
  Result<std::string> text_;
  bool shown_ = false;
};

/// The texts of one block, decrypted.
struct ClearBlock {
  int64_t first = 0;
  FrameBuffer raw;
  std::vector<std::string_view> texts;  // in raw

  bool Holds(int64_t id) const {
    return id >= first && id - first < static_cast<int64_t>(texts.size());
  }
};

class ClearTexts : public db::VirtualTable {
 public:
  ClearTexts(db::Database& database, const SegmentCipher& cipher)
      : database_(database), cipher_(cipher) {}

  std::span<const db::VirtualColumn> columns() const override { return kColumns; }

  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest& request) override {
    std::optional<int64_t> id = WantedId(request);
    std::string text;
    if (id && request.Uses(kBytes)) {
      TRY_ASSIGN(const ClearBlock* block, BlockOf(*id));
      if (block != nullptr) {
        text = block->texts[static_cast<size_t>(*id - block->first)];
      } else {
        id.reset();
      }
    }
    return std::make_unique<TextCursor>(id, std::move(text));
  }

 private:
  /// The block that holds the text; null if none does.
  Result<const ClearBlock*> BlockOf(int64_t id) {
    const auto known =
        std::ranges::find_if(blocks_, [id](const ClearBlock& block) { return block.Holds(id); });
    if (known != blocks_.end()) {
      blocks_.splice(blocks_.begin(), blocks_, known);
      return &blocks_.front();
    }
    TRY_ASSIGN(db::Statement find,
               database_.Prepare("SELECT first, data FROM main.text_block WHERE first<=? "
                                 "ORDER BY first DESC LIMIT 1"));
    TRY_ASSIGN(const bool found, find.Bind(0, id).Step());
    if (!found) {
      return nullptr;
    }
    ClearBlock block;
    block.first = find.Int(0);
    auto texts = ReadTextBlock(find.Blob(1), block.first, &cipher_, zstd_, block.raw);
    if (!texts) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the texts from {} on: {}", block.first, texts.error().what));
    }
    block.texts = *std::move(texts);
    if (!block.Holds(id)) {
      return nullptr;
    }
    if (blocks_.size() == limits::kTextBlocksKept) {
      blocks_.pop_back();
    }
    blocks_.push_front(std::move(block));
    return &blocks_.front();
  }

  db::Database& database_;
  const SegmentCipher& cipher_;
  codec::ZstdDecompressor zstd_;
  std::list<ClearBlock> blocks_;  // the one used last is the first
};

class HiddenTexts : public db::VirtualTable {
 public:
  explicit HiddenTexts(bool refuses) : refuses_(refuses) {}

  std::span<const db::VirtualColumn> columns() const override { return kColumns; }

  Result<std::unique_ptr<db::VirtualCursor>> Open(const db::ScanRequest& request) override {
    Result<std::string> text{kHiddenText};
    if (refuses_ && request.Uses(kBytes)) {
      text = Fail(ErrorCode::kPermission, "target and host are encrypted");
    }
    return std::make_unique<TextCursor>(WantedId(request), std::move(text));
  }

 private:
  bool refuses_;
};

Status AddTexts(db::Database& database, const char* name, std::unique_ptr<db::VirtualTable> table) {
  return db::AddTemporaryTable(database, name, std::move(table),
                               std::make_shared<db::TableContext>());
}

}  // namespace

Status AddClearTexts(db::Database& database, const SegmentCipher& cipher) {
  return AddTexts(database, "text", std::make_unique<ClearTexts>(database, cipher));
}

Status AddHiddenTexts(db::Database& database) {
  TRY(AddTexts(database, "text", std::make_unique<HiddenTexts>(false)));
  return AddTexts(database, "sealed_text", std::make_unique<HiddenTexts>(true));
}

}  // namespace trafrec::store
