#include "tests/tools/web_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>

#include "tests/support/wait_until.h"

namespace trafrec::test_support {
namespace {

/// One process, so that it needs no other user's id, and nothing outside of its folder.
constexpr char kConfiguration[] = R"(
daemon off;
master_process off;
user root root;
pid FOLDER/pid;
error_log FOLDER/error.log;
events { worker_connections 512; }
http {
  log_format line '$request_method $status $request_uri';
  access_log FOLDER/access.log line;
  client_body_temp_path FOLDER/body;
  proxy_temp_path FOLDER/proxy;
  fastcgi_temp_path FOLDER/fastcgi;
  uwsgi_temp_path FOLDER/uwsgi;
  scgi_temp_path FOLDER/scgi;
  types { text/html html; text/css css; text/javascript js; image/png png; }
  gzip on;
  gzip_min_length 64;
  gzip_types text/css text/javascript;
  server {
    listen 127.0.0.1:PORT;
    ALSO
    root FOLDER/www;
    location = /item { default_type text/plain; return 200 'ITEM'; }
    location = /created { default_type application/json; return 201 '{"state":"created"}'; }
  }
}
)";

std::string WithReplaced(std::string text, const std::string& word, const std::string& by) {
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size())) {
    text.replace(at, word.size(), by);
  }
  return text;
}

std::string BytesThatDoNotCompress(size_t size) {
  std::mt19937_64 random(1);
  std::string bytes(size, '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random());
  }
  return bytes;
}

bool Connects(uint16_t port) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected =
      connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(client);
  return connected;
}

}  // namespace

WebServer::WebServer(uint16_t port, const std::string& address) : port_(port) {
  WriteConfiguration(address);
  nginx_ = std::make_unique<RunningProcess>(std::vector<std::string>{
      "/usr/sbin/nginx", "-p", folder_.path(), "-e", "error.log", "-c", folder_ / "nginx.conf"});
  WaitUntil("nginx (Debian's nginx-light) accepts connections", [&] { return Connects(port_); });
}

WebServer::~WebServer() = default;

void WebServer::WriteConfiguration(const std::string& address) const {
  std::filesystem::create_directory(folder_ / "www");
  folder_.Write("www/large", BytesThatDoNotCompress(size_t{1} << 20));
  std::string text = WithReplaced(kConfiguration, "FOLDER", folder_.path());
  text = WithReplaced(text, "ALSO", address.empty() ? "" : "listen " + address + ":PORT;");
  text = WithReplaced(text, "PORT", std::to_string(port_));
  folder_.Write("nginx.conf", WithReplaced(text, "ITEM", std::string(600, 'i')));
}

std::string WebServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<std::string> WebServer::StopAndReadLog() {
  nginx_->Signal(SIGQUIT);
  EXPECT_EQ(nginx_->Finish().exit_code, 0);
  std::vector<std::string> lines;
  std::ifstream log(folder_ / "access.log");
  for (std::string line; std::getline(log, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace trafrec::test_support
