// A loopback HTTP server inside the test process: each connection is played by a script on its own
// thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codex::test {

/// The server's end of one connection; used on its own thread only.
class ServerConnection {
  public:
    explicit ServerConnection(int fd) : fd_(fd) {}
    /// Head and body (by Content-Length) of the next request; nullopt when the client has closed.
    std::optional<std::string> read_request();
    /// Sends bytes as they are; a client that is gone is no error.
    void write(std::string_view bytes);
    /// Ends the connection with RST instead of FIN.
    void reset();
    /// Returns when the client has closed (or the server is being destroyed): a stall without a
    /// sleep.
    void wait_for_close();

  private:
    int fd_;
    std::string unread_;
};

/// Any thread. The destructor ends all connections and joins their threads.
class HttpServer {
  public:
    /// `script` is called for each connection with its number from 0; the connection ends when it
    /// returns.
    using Script = std::function<void(ServerConnection& connection, std::size_t number)>;
    explicit HttpServer(Script script);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    int port() const;
    /// "http://127.0.0.1:PORT" and `path`.
    std::string url(std::string_view path = "/") const;
    /// Connections accepted so far, and the most that were open at one time.
    std::size_t connections() const;
    std::size_t most_open() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Answers each request of each connection with `answer(request)`, keeping connections alive.
HttpServer::Script answer_each(std::function<std::string(const std::string& request)> answer);

/// A whole HTTP/1.1 answer with Content-Length.
std::string http_answer(int status, std::string_view body, std::string_view extra_headers = "");

}  // namespace codex::test
