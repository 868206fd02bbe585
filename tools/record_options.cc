#include "tools/record_options.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "capture/background.h"
#include "reassembly/limits.h"
#include "store/format/redacted_pointers.h"
#include "tools/log_making.h"
#include "tools/sentinel_trust.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

reassembly::ChecksumPolicy PolicyOf(const std::string& name) {
  return name == "strict"   ? reassembly::ChecksumPolicy::kStrict
         : name == "ignore" ? reassembly::ChecksumPolicy::kIgnore
                            : reassembly::ChecksumPolicy::kAuto;
}

}  // namespace

void RecordOptions::AddTo(OptionSet& options) {
  options.Group("Source");
  options.Text("-i,--interface", interface, "NAME",
               "capture live on this interface; any and lo work");
  options.Files("-r,--read", files,
                "read this capture file (pcap, pcapng; .gz and .zst too), - is standard input; "
                "repeatable, the files are merged by time");
  options.Exclude("--interface", "--read");
  options.Ports("-p,--port", ports,
                "only this TCP port, in tunnels too; repeatable, or separated by commas");
  options.List("--host", hosts, "HOST", "only this host; repeatable, or separated by commas");
  options.Text("--filter", bpf, "BPF", "only what this filter lets through, in tcpdump's language");
  options.Text("--ring", ring, "SIZE", "live: the kernel's packet ring; 64MiB if not given");
  options.Number("--snaplen", snaplen, 64, 262'144, "BYTES",
                 "live: bytes kept of each packet; 262144 if not given");
  options.Choice("--checksums", checksums, "auto|strict|ignore",
                 "packets with a wrong checksum: auto ignores them unless the sending host left "
                 "it to its card, strict ignores all, ignore accepts all");
  options.Group("Log");
  options.Text("-l,--log", log, "LOG", "the log, a directory; made if it does not exist");
  options.Text("--recorder", recorder, "NAME",
               "name of this recorder in the log and in its ids; the host's name if not given");
  options.Choice("--compress", compress, "zstd|none", "compression of the log; zstd if not given");
  options.Number("--level", level, 1, 19, "N",
                 "level of zstd, 1 (fast, the default) to 19 (small)");
  options.Text("--rotate-bytes", rotate_bytes, "SIZE",
               "size of a segment of the log; 1GiB if not given");
  options.Text("--rotate-age", rotate_age, "DURATION",
               "live: a segment is closed after this time; 1h if not given");
  options.Choice("--durability", durability, "normal|full",
                 "live: what a power loss may take: the last second (normal), or nothing that was "
                 "committed (full; a commit each 100 ms)");
  options.Text("--min-free", min_free, "SIZE",
               "live: with less free disk than this, or a twentieth of the disk, shed what is "
               "needed least; 0: only when it is full; 256MiB if not given");
  options.Text(
      "--retain-bytes", retain_bytes, "SIZE",
      "live: delete this recorder's oldest sealed segments while they take more than this");
  options.Text("--retain-age", retain_age, "DURATION",
               "live: delete segments once their last record is older than this");
  options.Text("--sign", sign, "KEY",
               "sign the manifests of the segments with this key (trafrec keygen --for sign)");
  options.Text("--memory", memory, "SIZE",
               "what unfinished connections may take together; 256MiB if not given");
  options.Choice(
      "--scheduling", scheduling, "background|normal",
      "live: take a share of the machine like any program (normal, if not given), or, as a "
      "service, let all else go first while the recorder keeps up (background)");
  options.Group("Sentinels");
  options.Text("--audience", audience, "NAME",
               "count sentinels that are meant for this audience (docs/sentinel.md)");
  options.Files("--trust-sentinel", trusted_sentinels,
                "a public key whose sentinels count; FILE:PURPOSE,PURPOSE for these purposes only; "
                "repeatable");
  redaction.AddTo(options);
  encryption.AddTo(options);
  confinement.AddTo(options);
  options.Group("Output");
  options.Flag("-q,--quiet", quiet, "no progress and no summary; errors are printed");
  options.Text("--metrics", metrics, "ADDR",
               "serve /metrics to Prometheus, and /healthz, on this address: PORT (of 127.0.0.1), "
               "HOST:PORT or [IPV6]:PORT (docs/metrics.md)");
  options.Choice("--log-format", log_format, "text|json",
                 "what is told on standard error: text, or a JSON object a line");
  options.Flag("--json", json, "the summary as one JSON object; no progress");
}

Status RecordOptions::Check() const {
  if (interface.empty() && files.empty()) {
    return Fail(ErrorCode::kUsage, "nothing to record from: no --interface and no --read",
                "trafrec record -i any --port 9200 -l LOG, or trafrec record -r a.pcap -l LOG");
  }
  if (!interface.empty() && !files.empty()) {
    return Fail(ErrorCode::kUsage, "--interface and --read exclude each other",
                "record from one of them");
  }
  if (log.empty()) {
    return Fail(ErrorCode::kUsage, "no log given",
                fmt::format("add --log LOG, as in: trafrec record {} -l LOG",
                            live() ? "-i " + interface : "-r " + files.front()));
  }
  if (!live() && (!retain_bytes.empty() || !retain_age.empty())) {
    return Fail(ErrorCode::kUsage, "--retain-bytes and --retain-age are for live recordings",
                "leave them out: a job that reads files keeps all that it reads");
  }
  TRY(MakeLimits());
  TRY_ASSIGN(const uint64_t memory_bytes, Named("--memory", ParseSize(memory)));
  if (memory_bytes < reassembly::limits::kGlobalBytesMin) {
    return Fail(ErrorCode::kUsage,
                "--memory: " + HumanBytes(memory_bytes) + " is too little for one long head",
                fmt::format("--memory {}MiB or more", reassembly::limits::kGlobalBytesMin >> 20));
  }
  TRY(Named("--ring", ParseSize(ring)));
  TRY(encryption.Check());
  return redaction.Check(log);
}

Result<std::unique_ptr<capture::PacketSource>> RecordOptions::OpenSource() const {
  const capture::CaptureFilter filter{.ports = ports, .hosts = hosts, .bpf = bpf};
  if (!live()) {
    return capture::OpenFiles(files, filter);
  }
  TRY_ASSIGN(const uint64_t ring_bytes, Named("--ring", ParseSize(ring)));
  return capture::OpenLive(
      {.interface = interface, .filter = filter, .ring_bytes = ring_bytes, .snaplen = snaplen});
}

std::string RecordOptions::JobName() const {
  if (live()) {
    return {};
  }
  std::string text = fmt::format("{} {} {}", checksums, memory, bpf);
  for (const uint16_t port : ports) {
    text += fmt::format(" {}", port);
  }
  text += fmt::format("\n{} {} {} {}", redaction.keep_secrets, redaction.key, encryption.addresses,
                      audience);
  const std::array<const std::vector<std::string>*, 6> lists = {&hosts,
                                                                &redaction.headers,
                                                                &redaction.queries,
                                                                &redaction.pointers,
                                                                &encryption.files,
                                                                &trusted_sentinels};
  return JobOf(std::move(text), lists, files);
}

Result<store::LogLimits> RecordOptions::MakeLimits() const {
  store::LogLimits limits;
  TRY_ASSIGN(limits.segment_bytes_max, Named("--rotate-bytes", ParseSize(rotate_bytes)));
  TRY_ASSIGN(limits.segment_age_max_ms, Named("--rotate-age", ParseDurationMs(rotate_age)));
  TRY_ASSIGN(limits.free_bytes_min, Named("--min-free", ParseSize(min_free)));
  if (!retain_bytes.empty()) {
    TRY_ASSIGN(limits.retention.bytes_max, Named("--retain-bytes", ParseSize(retain_bytes)));
  }
  if (!retain_age.empty()) {
    TRY_ASSIGN(limits.retention.age_max_ms, Named("--retain-age", ParseDurationMs(retain_age)));
  }
  return limits;
}

std::string RecordOptions::SourceText(const capture::CaptureFilter& filter) const {
  std::string text = live() ? "interface " + interface : "files";
  for (const std::string& file : files) {
    text += " " + file;
  }
  for (const uint16_t port : filter.ports) {
    text += fmt::format(" port {}", port);
  }
  if (!encryption.addresses) {
    for (const std::string& host : filter.hosts) {
      text += " host " + host;
    }
    text += filter.bpf.empty() ? "" : " filter " + filter.bpf;
  }
  return store::WithRedactedPointers(std::move(text), redaction.pointers);
}

Result<capture::RecorderOptions> RecordOptions::MakeRecorderOptions() const {
  capture::RecorderOptions options;
  options.reassembly.checksums = PolicyOf(checksums);
  TRY_ASSIGN(options.reassembly.memory_bytes_max, Named("--memory", ParseSize(memory)));
  if (ports.size() == 1) {
    options.reassembly.http.server_port = ports.front();
  }
  TRY_ASSIGN(options.reassembly.http.redaction, redaction.Make());
  TRY_ASSIGN(options.log.encryption, encryption.Make());
  options.log.log = log;
  options.log.recorder = RecorderNameOr(recorder);
  options.log.version = kVersion;
  options.log.live = live();
  options.log.source = SourceText({.ports = ports, .hosts = hosts, .bpf = bpf});
  options.log.compression = CompressionOf(compress);
  options.log.compression_level = level;
  options.log.durability =
      durability == "full" ? store::Durability::kFull : store::Durability::kNormal;
  TRY_ASSIGN(static_cast<store::LogLimits&>(options.log), MakeLimits());
  TRY_ASSIGN(options.sentinels, ReadSentinelTrust(audience, trusted_sentinels));
  TRY_ASSIGN(options.log.signing_key, SigningKeyOf(sign));
  options.log.job = JobName();
  if (live() && scheduling == "background") {
    options.set_low = capture::Background::OfSession();
  }
  return options;
}

}  // namespace trafrec::tools
