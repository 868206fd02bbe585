#include "tools/dlq/dlq_export.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "store/format/encryption.h"
#include "tools/dlq/letter_json.h"
#include "tools/json_object.h"
#include "tools/output.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// What a part's first line takes at most: its numbers have at most 20 digits each.
constexpr uint64_t kHeaderBytesMax = 400;

struct Part {
  uint64_t letters = 0;
  uint64_t bytes = 0;
};

/// What is written, as it was measured.
struct Plan {
  std::vector<Part> parts;
  Part all;
  store::crypto::Digest digest{};
};

class Lines {
 public:
  Lines(ledger::LedgerReader& reader, const ledger::LetterQuery& query, LetterRequests& requests)
      : reader_(reader), query_(query), requests_(requests) {}

  Status ForEach(
      const std::function<Result<bool>(const ledger::Letter&, const std::string&)>& take) {
    std::string line;
    return ForEachLetter(reader_, query_, [&](const ledger::Letter& letter) -> Result<bool> {
      line.clear();
      const LetterRequest request = requests_.Find(letter.at);
      if (request.locked) {
        return Fail(ErrorCode::kPermission,
                    fmt::format("the request of {}: {}", FormatAddress(letter.at), request.trouble),
                    store::kIdentityRemedy);
      }
      AppendLetterLine(line, letter, &request);
      return take(letter, line);
    });
  }

 private:
  ledger::LedgerReader& reader_;
  const ledger::LetterQuery& query_;
  LetterRequests& requests_;
};

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

Result<Plan> Measure(Lines& lines, uint64_t header_bytes, const DlqExport& options) {
  Plan plan;
  store::crypto::Sha256 hash;
  plan.parts.emplace_back();
  const auto take = [&](const ledger::Letter& letter, const std::string& line) -> Result<bool> {
    if (options.bytes_max && line.size() + header_bytes > *options.bytes_max) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("{} alone takes {}", FormatAddress(letter.at),
                              CountOf(line.size() + header_bytes, "byte")),
                  "give a larger --max-bytes");
    }
    if (options.bytes_max &&
        plan.parts.back().bytes + line.size() + header_bytes > *options.bytes_max) {
      plan.parts.emplace_back();
    }
    for (Part* part : {&plan.parts.back(), &plan.all}) {
      ++part->letters;
      part->bytes += line.size();
    }
    hash.Update(AsBytes(line));
    return true;
  };
  TRY(lines.ForEach(take));
  plan.digest = hash.Finish();
  return plan;
}

std::string HeaderOf(const Plan& plan, size_t number, const DlqExport& options) {
  const Part& part = plan.parts.at(number - 1);
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Number("v", 1);
  json.Text("kind", "dead_letters");
  json.Bytes("run", options.run);
  json.Number("part", number);
  json.Number("parts", plan.parts.size());
  json.Number("letters", part.letters);
  json.Number("bytes", part.bytes);
  json.Number("all_letters", plan.all.letters);
  json.Number("all_bytes", plan.all.bytes);
  json.Text("sha256", store::crypto::ToHex(plan.digest));
  json.Close('}');
  return out + "\n";
}

/// Writes part after part as it was measured.
class Writer {
 public:
  Writer(const Plan& plan, const DlqExport& options) : plan_(plan), options_(options) {}

  Result<bool> Take(const std::string& line) {
    while (number_ == 0 || left_ == 0) {
      if (number_ == plan_.parts.size()) {
        return Changed();
      }
      TRY(Next());
    }
    --left_;
    hash_.Update(AsBytes(line));
    out_->Write(line);
    return out_->good();
  }

  Status Finish() {
    if (number_ == 0) {
      TRY(Next());
    }
    const bool whole = !out_->good() || (left_ == 0 && number_ == plan_.parts.size() &&
                                         hash_.Finish() == plan_.digest);
    return whole ? out_->Finish() : Status(Changed());
  }

 private:
  static std::unexpected<Error> Changed() {
    return Fail(ErrorCode::kInUse, "the run went on while its letters were written",
                "stop it, or try again");
  }

  Status Next() {
    if (out_) {
      TRY(out_->Finish());
    }
    ++number_;
    left_ = plan_.parts.at(number_ - 1).letters;
    const bool numbered = options_.bytes_max && !options_.out.empty();
    TRY_ASSIGN(Output out,
               Output::Open(numbered ? fmt::format("{}.{}", options_.out, number_) : options_.out));
    out_.emplace(std::move(out));
    out_->Write(HeaderOf(plan_, number_, options_));
    return {};
  }

  const Plan& plan_;
  const DlqExport& options_;
  store::crypto::Sha256 hash_;
  std::optional<Output> out_;
  size_t number_ = 0;
  uint64_t left_ = 0;
};

/// Parts of an earlier export that had more of them would be taken for parts of this one.
Status RemoveLaterParts(const std::string& out, size_t parts) {
  for (size_t number = parts + 1;; ++number) {
    const std::string name = fmt::format("{}.{}", out, number);
    std::string line;
    std::ifstream file(name);
    if (!std::getline(file, line) || !line.starts_with("{\"v\":1,\"kind\":\"dead_letters\"")) {
      return {};
    }
    std::error_code error;
    if (!std::filesystem::remove(name, error) && error) {
      return FailErrno(error.value(), "cannot remove " + name + ", a part of an earlier export");
    }
  }
}

}  // namespace

Status ForEachLetter(ledger::LedgerReader& reader, const ledger::LetterQuery& query,
                     const std::function<Result<bool>(const ledger::Letter&)>& take) {
  ledger::LetterQuery page = query;
  while (true) {
    TRY_ASSIGN(const std::vector<ledger::Letter> letters, reader.Letters(page));
    for (const ledger::Letter& letter : letters) {
      TRY_ASSIGN(const bool more, take(letter));
      if (!more) {
        return {};
      }
    }
    if (letters.empty()) {
      return {};
    }
    page.after = letters.back();
  }
}

Result<DlqExported> ExportLetters(ledger::LedgerReader& reader, const ledger::LetterQuery& query,
                                  LetterRequests& requests, const DlqExport& options) {
  Lines lines(reader, query, requests);
  std::string run;
  AppendJsonBytes(run, options.run);
  TRY_ASSIGN(const Plan plan, Measure(lines, kHeaderBytesMax + run.size(), options));
  if (options.out.empty() && plan.parts.size() > 1) {
    return Fail(ErrorCode::kUsage, fmt::format("there are {} parts", plan.parts.size()),
                "--out FILE makes FILE.1, FILE.2 and so on of them");
  }
  Writer writer(plan, options);
  TRY(lines.ForEach([&](const ledger::Letter& /*letter*/, const std::string& line) {
    return writer.Take(line);
  }));
  TRY(writer.Finish());
  if (options.bytes_max && !options.out.empty()) {
    TRY(RemoveLaterParts(options.out, plan.parts.size()));
  }
  return DlqExported{.letters = plan.all.letters, .parts = plan.parts.size()};
}

}  // namespace trafrec::tools
