#include "appliance/http/server.hpp"

#include <Poco/Net/SocketAddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>

#include "appliance/http/listen.hpp"
#include "appliance/http/slots.hpp"
#include "appliance/http/tls.hpp"
#include "appliance/telemetry/log.hpp"
#include "appliance/telemetry/metrics.hpp"

namespace slipway::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kWakeToken = UINT64_MAX;

std::int64_t nanoseconds(steady_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

int seats() { return std::max(2, static_cast<int>(std::thread::hardware_concurrency())); }

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number_ < 0) std::abort();  // out of descriptors or memory before the first connection
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

/// One epoll set, edge-triggered, on which all workers wait; who gets an event owns that connection until it has
/// nothing to do. One keeper thread accepts and looks after deadlines. No thread ever waits for a client.
class EpollServer final : public Server {
 public:
  EpollServer(const ServerOptions& options, Router router, const Poco::Net::ServerSocket& listener,
              Poco::Net::Context::Ptr tls)
      : engine_{options, std::move(router), AnswerWriter(!tls.isNull()), !options.unix_socket.empty(), Seats(seats())},
        listener_(listener),
        tls_(std::move(tls)),
        port_(options.unix_socket.empty() ? listener_.address().port() : std::uint16_t{0}),
        slots_(static_cast<std::size_t>(options.max_connections)) {
    for (std::size_t i = slots_.size(); i-- > 0;) free_.push_back(static_cast<std::uint32_t>(i));
    epoll_event wake{.events = EPOLLIN, .data = {.u64 = kWakeToken}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, end_workers_.get(), &wake);
    for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { work(); });
    keeper_ = std::thread([this] { keep(); });
  }
  ~EpollServer() override { EpollServer::stop(); }

  void stop() override;
  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  void work();
  enum class Why { bytes, hang_up, deadline };
  void serve(std::uint32_t index, Why why);
  static void publish(Slot& slot);
  void hand_back(std::uint32_t index);
  void release(std::uint32_t index);

  void keep();
  void accept_all();
  void admit(int descriptor, const sockaddr_storage& address);
  void refuse(int descriptor) const;
  void look_after_deadlines();
  [[nodiscard]] bool wind_down();
  [[nodiscard]] milliseconds tick() const;

  Engine engine_;
  Poco::Net::ServerSocket listener_;
  Poco::Net::Context::Ptr tls_;
  std::uint16_t port_;
  std::vector<Slot> slots_;
  std::mutex free_mutex_;
  std::vector<std::uint32_t> free_;  ///< places without a connection
  Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  Descriptor end_workers_{::eventfd(0, EFD_CLOEXEC)};
  Descriptor wake_keeper_{::eventfd(0, EFD_CLOEXEC)};
  std::vector<std::thread> threads_;
  std::thread keeper_;
  std::mutex stop_mutex_;
};

std::uint64_t token(std::uint32_t index, std::uint32_t generation) {
  return (std::uint64_t{generation} << 32U) | index;
}

void EpollServer::work() {
  for (;;) {
    engine_.seats.take();
    epoll_event event{};
    const int ready = ::epoll_wait(epoll_.get(), &event, 1, -1);
    if (ready < 1) continue;
    if (event.data.u64 == kWakeToken) return engine_.seats.leave();
    const auto index = static_cast<std::uint32_t>(event.data.u64);
    if (slots_[index].claim(static_cast<std::uint32_t>(event.data.u64 >> 32U)))
      serve(index, (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 ? Why::hang_up : Why::bytes);
  }
}

/// The caller owns the place. Ends with the connection waiting or closed.
void EpollServer::serve(std::uint32_t index, Why why) {
  Slot& slot = slots_[index];
  for (;;) {
    const Connection::Wait wait =
        why == Why::deadline ? slot.connection->expire() : slot.connection->advance(why == Why::hang_up);
    why = Why::hang_up;  // of news that come meanwhile nothing is known
    if (wait == Connection::Wait::closed) return release(index);
    if (wait == Connection::Wait::write) {
      epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                        .data = {.u64 = token(index, slot.generation())}};
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, slot.connection->channel().descriptor(), &event);
    }
    publish(slot);
    if (slot.rest()) return;
  }
}

void EpollServer::publish(Slot& slot) {
  slot.deadline_ns.store(nanoseconds(slot.connection->deadline()), std::memory_order_relaxed);
  slot.idle.store(slot.connection->idle(), std::memory_order_relaxed);
}

/// Leaves a place that was claimed in vain. Events may have been lost meanwhile: arming anew makes them come again.
/// Only the thread that admits connections may do this, because it knows that the descriptor is in the set for no other
/// connection.
void EpollServer::hand_back(std::uint32_t index) {
  Slot& slot = slots_[index];
  const int descriptor = slot.connection->channel().descriptor();
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                    .data = {.u64 = token(index, slot.generation())}};
  slot.give_back();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, descriptor, &event);
}

void EpollServer::release(std::uint32_t index) {
  slots_[index].close();
  const std::lock_guard lock(free_mutex_);
  free_.push_back(index);
}

milliseconds EpollServer::tick() const {
  const ServerOptions& options = engine_.options;
  return std::clamp(std::min({options.header_limit, options.body_limit, options.idle_limit}) / 8, milliseconds(5),
                    milliseconds(250));
}

void EpollServer::keep() {
  const auto period = static_cast<int>(tick().count());
  while (!engine_.stopping.load()) {
    std::array<pollfd, 2> wanted{{{listener_.impl()->sockfd(), POLLIN, 0}, {wake_keeper_.get(), POLLIN, 0}}};
    ::poll(wanted.data(), wanted.size(), period);
    if ((wanted[0].revents & POLLIN) != 0) accept_all();
    look_after_deadlines();
  }
}

void EpollServer::accept_all() {
  for (;;) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int descriptor = ::accept4(listener_.impl()->sockfd(), reinterpret_cast<sockaddr*>(&address), &size,
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      admit(descriptor, address);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      telemetry::log(telemetry::Level::error, "http.accept_failed", {{"reason", std::string(std::strerror(errno))}});
      std::this_thread::sleep_for(tick());  // others must close theirs first; those who wait stay in the backlog
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;
    }
  }
}

std::string peer_name(const sockaddr_storage& address) {
  if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return "local";
  const socklen_t size = address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  return Poco::Net::SocketAddress(reinterpret_cast<const sockaddr*>(&address), size).host().toString();
}

void EpollServer::admit(int descriptor, const sockaddr_storage& address) {
  std::optional<std::uint32_t> index;
  {
    const std::lock_guard lock(free_mutex_);
    if (!free_.empty()) {
      index = free_.back();
      free_.pop_back();
    }
  }
  if (!index.has_value()) return refuse(descriptor);
  if (address.ss_family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Slot& slot = slots_[*index];
  slot.open(engine_, descriptor, tls_.isNull() ? nullptr : tls_->sslContext(), peer_name(address));
  publish(slot);
  epoll_event event{.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data = {.u64 = token(*index, slot.generation())}};
  slot.give_back();  // before the first event can come: this thread runs no handler
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0 && slot.claim(slot.generation()))
    release(*index);
}

void EpollServer::refuse(int descriptor) const {
  telemetry::count("slipway_http_refused_total", "Connections refused because max_connections were open.");
  if (tls_.isNull()) {
    const Response response = status_problem(503, "too many connections", "");
    std::string bytes;
    engine_.answers.append_head(bytes, response,
                                {.request_id = "", .keep_alive = false, .content_length = response.body.size()});
    bytes += response.body;
    ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(descriptor, SHUT_WR);
  }
  ::close(descriptor);
}

void EpollServer::look_after_deadlines() {
  const std::int64_t now = nanoseconds(steady_clock::now());
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (!slot.waiting() || slot.deadline_ns.load(std::memory_order_relaxed) > now) continue;
    if (!slot.claim(slot.generation())) continue;
    const bool still = nanoseconds(slot.connection->deadline()) <= now;  // a worker may have served it meanwhile
    if (still) {
      serve(i, Why::deadline);  // runs no handler: answers 408 or closes
    } else {
      hand_back(i);
    }
  }
}

/// Closes idle connections; true when none is left.
bool EpollServer::wind_down() {
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.waiting() && slot.idle.load(std::memory_order_relaxed) && slot.claim(slot.generation())) {
      if (slot.connection->idle()) {
        release(i);
      } else {
        hand_back(i);
      }
    }
  }
  const std::lock_guard lock(free_mutex_);
  return free_.size() == slots_.size();
}

void EpollServer::stop() {
  const std::lock_guard lock(stop_mutex_);
  if (!keeper_.joinable()) return;
  engine_.stopping.store(true);
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_keeper_.get(), &one, sizeof one));
  keeper_.join();
  listener_.close();
  if (!engine_.options.unix_socket.empty()) ::unlink(engine_.options.unix_socket.c_str());

  const auto until = steady_clock::now() + engine_.options.stop_limit;
  while (!wind_down() && steady_clock::now() < until) {
    look_after_deadlines();
    std::this_thread::sleep_for(milliseconds(2));
  }
  static_cast<void>(!::write(end_workers_.get(), &one, sizeof one));
  for (std::thread& thread : threads_) thread.join();
  for (Slot& slot : slots_) slot.connection.reset();
}

/// Descriptors for all connections and the rest of the program; the hard limit is not ours to change.
void raise_file_limit(int connections) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = std::min<rlim_t>(limit.rlim_max, static_cast<rlim_t>(connections) + 1024);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Router router) {
  if (options.threads < 1 || options.max_connections < 1)
    return Error{Code::invalid_argument, "web server: needs at least one thread and one connection"};
  SLIPWAY_TRY(auto tls, make_tls_context(options));
  SLIPWAY_TRY(auto listener, listen_on(options));
  raise_file_limit(options.max_connections);
  std::signal(SIGPIPE, SIG_IGN);
  return std::unique_ptr<Server>(
      std::make_unique<EpollServer>(options, std::move(router), std::move(listener), std::move(tls)));
}

}  // namespace slipway::http
