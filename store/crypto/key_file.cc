#include "store/crypto/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>

#include "store/crypto/encoding.h"
#include "store/crypto/hash.h"
#include "store/crypto/limits.h"
#include "store/crypto/random.h"

namespace trafrec::store::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "trafrec-key/1";
constexpr size_t kKeyBytes = 32;
using KeyBytes = SecretBytes<kKeyBytes>;

struct Kind {
  std::string_view word;
  bool secret;
  std::string_view purpose;  ///< as `trafrec keygen --for` names it
  std::string_view name;
};
constexpr Kind kSignSecret = {"sign-secret", true, "sign", "a secret key for signing"};
constexpr Kind kSignPublic = {"sign-public", false, "sign", "a public key for signatures"};
constexpr Kind kEncryptSecret = {"encrypt-secret", true, "encrypt", "a secret key for decryption"};
constexpr Kind kEncryptPublic = {"encrypt-public", false, "encrypt", "a public key for encryption"};
constexpr Kind kRedactSecret = {"redact-secret", true, "redact", "a secret key for redaction"};
constexpr std::array kKinds = {kSignSecret, kSignPublic, kEncryptSecret, kEncryptPublic,
                               kRedactSecret};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> NotAKey(const fs::path& path, const std::string& reason) {
  return Fail(ErrorCode::kUsage, path.string() + " is no key of trafrec: " + reason,
              "make one with trafrec keygen, or copy it again from where it was made");
}

/// Of a file that is a key, but not the one that is asked for.
std::unexpected<Error> WrongKind(const fs::path& path, const Kind& is, const Kind& wanted) {
  std::string remedy = wanted.word == kRedactSecret.word
                           ? "name a file that does not exist yet: recording makes it"
                           : fmt::format("make one with trafrec keygen --for {}", wanted.purpose);
  if (is.purpose == wanted.purpose) {
    remedy = wanted.secret ? "name the secret file: the one without .pub"
                           : "name the public file, " + PublicPathOf(path).string();
  }
  return Fail(ErrorCode::kUsage,
              fmt::format("{} is {}, and {} is needed here", path.string(), is.name, wanted.name),
              std::move(remedy));
}

/// The file's bytes, up to one more than a key file may have.
using Text = SecretBytes<limits::kKeyFileBytes + 1>;

Result<size_t> ReadAll(const fs::path& path, int fd, Text& text) {
  size_t length = 0;
  while (length < text.bytes().size()) {
    const ssize_t got = read(fd, text.bytes().data() + length, text.bytes().size() - length);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return FailErrno(errno, "cannot read the key file " + path.string(),
                       "name the file of a key, as trafrec keygen makes it");
    }
    if (got == 0) {
      break;
    }
    length += static_cast<size_t>(got);
  }
  return length;
}

Status RequireOwnersOnly(const fs::path& path, int fd) {
  struct stat facts{};
  if (fstat(fd, &facts) != 0) {
    return FailErrno(errno, "cannot read the key file " + path.string());
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Fail(
        ErrorCode::kPermission,
        fmt::format("the secret key file {} is open to others (mode {:04o})", path.string(),
                    facts.st_mode & 07777),
        fmt::format("chmod 600 {}; if others may have read it, make a new key", path.string()));
  }
  return {};
}

/// Takes a line off the front of `text`, and a carriage return off its end.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

struct Header {
  Kind kind;
  std::string_view id;
};

Result<Header> ParseHeader(const fs::path& path, std::string_view line) {
  if (!line.starts_with("trafrec-key/")) {
    return NotAKey(path, fmt::format("its first line does not begin with {}", kMagic));
  }
  if (!line.starts_with(kMagic) || !line.substr(kMagic.size()).starts_with(' ')) {
    return Fail(ErrorCode::kUnsupported,
                path.string() + " is a key file of another version than this trafrec knows",
                "use the trafrec that made it, or a newer one");
  }
  line.remove_prefix(kMagic.size() + 1);
  const size_t space = line.find(' ');
  const auto kind = std::ranges::find(kKinds, line.substr(0, space), &Kind::word);
  if (kind == kKinds.end() || space == std::string_view::npos) {
    return NotAKey(path, "its first line names no kind of key");
  }
  return Header{*kind, line.substr(space + 1)};
}

struct ReadKey {
  KeyBytes bytes;
  std::string id;  ///< as the file says
};

Result<ReadKey> Read(const fs::path& path, const Kind& wanted) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return FailErrno(errno, "cannot open the key file " + path.string(),
                     errno == ENOENT && wanted.word != kRedactSecret.word
                         ? fmt::format("check the path, or make a key with trafrec keygen --for {}",
                                       wanted.purpose)
                         : "");
  }
  Text buffer;
  TRY_ASSIGN(const size_t length, ReadAll(path, file.get(), buffer));
  std::string_view text = AsText(buffer.bytes().first(length));
  if (text.empty()) {
    return NotAKey(path, "it is empty");
  }
  TRY_ASSIGN(const Header header, ParseHeader(path, TakeLine(text)));
  if (header.kind.secret) {
    TRY(RequireOwnersOnly(path, file.get()));
  }
  if (header.kind.word != wanted.word) {
    return WrongKind(path, header.kind, wanted);
  }
  ReadKey key{.bytes = {}, .id = std::string(header.id)};
  if (!FromBase64(TakeLine(text), Base64::kPadded, key.bytes.bytes()) || !text.empty()) {
    return NotAKey(path, "it is cut short or altered (its second line is not 32 bytes in base64)");
  }
  return key;
}

Status RequireId(const fs::path& path, const std::string& said, const std::string& is) {
  if (said != is) {
    return NotAKey(
        path, fmt::format("it is altered (its first line says key {}, and it is {})", said, is));
  }
  return {};
}

PublicBytes ToPublicBytes(const KeyBytes& key) {
  PublicBytes bytes;
  std::ranges::copy(key.bytes(), bytes.begin());
  return bytes;
}

/// Makes a file that was not there. If it cannot be written whole, it is removed again.
Status WriteNew(const fs::path& path, const Kind& kind, const std::string& id, Bytes key) {
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
           kind.secret ? S_IRUSR | S_IWUSR : S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH));
  if (file.get() < 0) {
    if (errno == EEXIST) {
      return Fail(ErrorCode::kUsage,
                  path.string() + " exists already, and keys are not overwritten",
                  "name another file with --out, or move the old one away");
    }
    return FailErrno(errno, "cannot make the key file " + path.string());
  }
  std::string body = ToBase64(key, Base64::kPadded);
  std::string text = fmt::format("{} {} {}\n{}\n", kMagic, kind.word, id, body);
  const bool written =
      write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      fsync(file.get()) == 0;
  const int failure = errno;
  for (std::string* secret : {&body, &text}) {
    Wipe({reinterpret_cast<uint8_t*>(secret->data()), secret->size()});
  }
  if (!written) {
    unlink(path.c_str());
    return FailErrno(failure, "cannot write the key file " + path.string());
  }
  return {};
}

Status WritePair(const fs::path& path, const Kind& secret_kind, Bytes secret,
                 const Kind& public_kind, Bytes public_key, const std::string& id) {
  // The public file first: without its secret it is harmless.
  const fs::path public_path = PublicPathOf(path);
  TRY(WriteNew(public_path, public_kind, id, public_key));
  if (Status written = WriteNew(path, secret_kind, id, secret); !written) {
    unlink(public_path.c_str());
    return written;
  }
  return {};
}

/// Nobody can compute the key from it.
std::string RedactionKeyId(const RedactionKey& key) {
  Hmac hmac(key.bytes());
  hmac.Update(AsBytes("trafrec redaction key"));
  return KeyIdOf(hmac.Finish());
}

/// Under a name of its own first, so that nobody ever reads half a key.
Status MakeRedactionKey(const fs::path& path) {
  std::error_code failure;
  if (path.has_parent_path()) {
    fs::create_directories(path.parent_path(), failure);
    if (failure) {
      return FailErrno(failure.value(), "cannot make the folder of the key file " + path.string());
    }
  }
  RedactionKey key;
  FillRandom(key.bytes());
  const std::string draft = path.string() + "." + RedactionKeyId(key);
  TRY(WriteNew(draft, kRedactSecret, RedactionKeyId(key), key.bytes()));
  const int linked = link(draft.c_str(), path.c_str());
  const int reason = errno;
  unlink(draft.c_str());
  if (linked != 0 && reason != EEXIST) {
    return FailErrno(reason, "cannot make the key file " + path.string());
  }
  return {};
}

}  // namespace

fs::path PublicPathOf(const fs::path& secret_path) { return secret_path.string() + ".pub"; }

Result<SigningKey> ReadSigningKey(const fs::path& path) {
  TRY_ASSIGN(const ReadKey key, Read(path, kSignSecret));
  SigningKey signing = SigningKey::FromSeed(key.bytes.bytes());
  TRY(RequireId(path, key.id, signing.id()));
  return signing;
}

Result<VerifyKey> ReadVerifyKey(const fs::path& path) {
  TRY_ASSIGN(const ReadKey key, Read(path, kSignPublic));
  VerifyKey verify(ToPublicBytes(key.bytes));
  TRY(RequireId(path, key.id, verify.id()));
  return verify;
}

Result<Identity> ReadIdentity(const fs::path& path) {
  TRY_ASSIGN(const ReadKey key, Read(path, kEncryptSecret));
  Identity identity = Identity::FromSecret(key.bytes.bytes());
  TRY(RequireId(path, key.id, identity.id()));
  return identity;
}

Result<Recipient> ReadRecipient(const fs::path& path) {
  TRY_ASSIGN(const ReadKey key, Read(path, kEncryptPublic));
  Recipient recipient(ToPublicBytes(key.bytes));
  TRY(RequireId(path, key.id, recipient.id()));
  return recipient;
}

Status WriteKeyFiles(const fs::path& path, const SigningKey& key) {
  return WritePair(path, kSignSecret, key.seed(), kSignPublic, key.verify_key().bytes(), key.id());
}

Status WriteKeyFiles(const fs::path& path, const Identity& identity) {
  return WritePair(path, kEncryptSecret, identity.secret(), kEncryptPublic,
                   identity.recipient().bytes(), identity.id());
}

Result<RedactionKey> ReadOrMakeRedactionKey(const fs::path& path) {
  if (std::error_code ignored; !fs::exists(path, ignored)) {
    TRY(MakeRedactionKey(path));
  }
  TRY_ASSIGN(ReadKey key, Read(path, kRedactSecret));
  TRY(RequireId(path, key.id, RedactionKeyId(key.bytes)));
  return std::move(key.bytes);
}

}  // namespace trafrec::store::crypto
