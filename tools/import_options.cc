#include "tools/import_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/log_making.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::tools {

void ImportCommandOptions::AddTo(OptionSet& options) {
  options.Group("Arguments");
  options.Positionals("FILE", files,
                      "a HAR file, a .gor file of GoReplay, or NDJSON of trafrec export (.gz and "
                      ".zst too), - is standard input; several are merged by time");
  options.Group("Source");
  options.Choice("--format", format, "auto|har|gor|ndjson",
                 "format of the files; each is told by its content (auto) if not given");
  options.Choice("--responses", responses, "recorded|replayed",
                 ".gor: the responses of the recorded server (records of type 2), or those that "
                 "GoReplay got for what it sent again (type 3)");
  options.Group("Log");
  options.Text("-l,--log", log, "LOG", "the log, a directory; made if it does not exist");
  options.Text("--recorder", recorder, "NAME",
               "name of the recorder in the log and in its ids; the host's name if not given");
  options.Choice("--compress", compress, "zstd|none", "compression of the log; zstd if not given");
  options.Number("--level", level, 1, 19, "N",
                 "level of zstd, 1 (fast, the default) to 19 (small)");
  options.Text("--rotate-bytes", rotate_bytes, "SIZE",
               "size of a segment of the log; 1GiB if not given");
  options.Text("--sign", sign, "KEY",
               "sign the manifests of the segments with this key (trafrec keygen --for sign)");
  redaction.AddTo(options);
  encryption.AddTo(options);
  options.Group("Output");
  options.Flag("-q,--quiet", quiet, "no progress and no summary; errors are printed");
  options.Flag("--json", json, "the summary as one JSON object; no progress");
}

Status ImportCommandOptions::Check() const {
  if (files.empty()) {
    return Fail(ErrorCode::kUsage, "nothing to import: no file given",
                "as in: trafrec import page.har -l LOG; - is standard input");
  }
  if (log.empty()) {
    return Fail(ErrorCode::kUsage, "no log given",
                fmt::format("add --log LOG, as in: trafrec import {} -l LOG", files.front()));
  }
  if (std::ranges::count(files, "-") > 1) {
    return Fail(ErrorCode::kUsage, "standard input is named twice", "name - once");
  }
  TRY(encryption.Check());
  return redaction.Check(log);
}

std::string ImportCommandOptions::JobName() const {
  std::string text = fmt::format("import {} {}\n{} {} {}", format, responses,
                                 redaction.keep_secrets, redaction.key, encryption.addresses);
  const std::array<const std::vector<std::string>*, 4> lists = {
      &redaction.headers, &redaction.queries, &redaction.pointers, &encryption.files};
  return JobOf(std::move(text), lists, files);
}

Result<import::ImportOptions> ImportCommandOptions::Make() const {
  import::ImportOptions options;
  options.files = files;
  options.format = import::FormatOfName(format);
  options.responses =
      responses == "replayed" ? import::GorResponses::kReplayed : import::GorResponses::kRecorded;
  TRY_ASSIGN(options.redaction, redaction.Make());
  TRY_ASSIGN(options.log.encryption, encryption.Make());
  options.log.log = log;
  options.log.recorder = RecorderNameOr(recorder);
  options.log.version = kVersion;
  options.log.compression = CompressionOf(compress);
  options.log.compression_level = level;
  TRY_ASSIGN(options.log.segment_bytes_max, Named("--rotate-bytes", ParseSize(rotate_bytes)));
  TRY_ASSIGN(options.log.signing_key, SigningKeyOf(sign));
  options.log.job = JobName();
  options.redacted_pointers = redaction.pointers;
  return options;
}

}  // namespace trafrec::tools
