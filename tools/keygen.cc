#include <fmt/format.h>

#include <filesystem>

#include "store/crypto/key_file.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/json_object.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

namespace crypto = store::crypto;

class KeygenCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "keygen",
        .summary = "make a key pair for signatures, or for encryption",
        .usage = {"trafrec keygen --for sign|encrypt [--out FILE]"},
        .description =
            {"Makes FILE, the secret key, which only you can read, and FILE.pub, the public key, "
             "for those who check your signatures or encrypt to you. Neither is ever overwritten. "
             "Prints the key's id, by which logs and sentinels name it.",
             "Keep the secret key off the recorder's host: a signature proves nothing about a "
             "machine that holds the key, and encryption hides nothing from it."},
        .examples = {
            {"a key that signs sentinels", "trafrec keygen --for sign --out migration.key"},
            {"a key that opens encrypted logs", "trafrec keygen --for encrypt --out audit.key"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Key");
    options.Choice("--for", purpose_, "sign|encrypt",
                   "what the key is for: signatures (Ed25519), or encryption (X25519)");
    options.Text("-o,--out", out_, "FILE",
                 "the secret key's file; sign.key or encrypt.key in this folder if not given");
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object: for, id, secret, public");
  }

  Result<ExitCode> Run(const Cli& /*cli*/) override {
    if (purpose_.empty()) {
      return Fail(ErrorCode::kUsage, "what is the key for?", "add --for sign, or --for encrypt");
    }
    const std::filesystem::path path = out_.empty() ? purpose_ + ".key" : out_;
    TRY_ASSIGN(const std::string id, Make(path));
    const std::string public_path = crypto::PublicPathOf(path).string();
    if (!json_) {
      return PrintText(fmt::format("key {}\n  secret {} (keep it)\n  public {} (give it away)\n",
                                   id, EscapeForTerminal(path.string()),
                                   EscapeForTerminal(public_path)));
    }
    std::string out;
    JsonAppender json(out);
    json.Open('{');
    json.Text("for", purpose_);
    json.Text("id", id);
    json.Bytes("secret", path.string());
    json.Bytes("public", public_path);
    json.Close('}');
    return PrintText(out + "\n");
  }

  bool json() const override { return json_; }

 private:
  /// The id of the new key.
  Result<std::string> Make(const std::filesystem::path& path) const {
    if (purpose_ == "sign") {
      const auto key = crypto::SigningKey::Generate();
      TRY(crypto::WriteKeyFiles(path, key));
      return key.id();
    }
    const auto identity = crypto::Identity::Generate();
    TRY(crypto::WriteKeyFiles(path, identity));
    return identity.id();
  }

  std::string purpose_;
  std::string out_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeKeygenCommand() { return std::make_unique<KeygenCommand>(); }

}  // namespace trafrec::tools
