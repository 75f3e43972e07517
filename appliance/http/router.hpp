// The routing table: which handler answers which method and path.
#pragma once

#include "appliance/http/message.hpp"

namespace slipway::http {

/// Routes are tried from the most to the least specific: constant segments before {parameters}; a last {name...}
/// takes the rest of the path. Built before the server starts, read-only after, so safe for all threads.
class Router {
 public:
  /// `body_bytes` is the largest body that this route takes; a larger one is refused (413) before it is read. The
  /// server's own limit holds as well.
  void add(Method method, const std::string& pattern, Handler handler, std::uint64_t body_bytes = UINT64_MAX);

  /// A route whose handler never waits (no database, no file, no lock held long): it is answered without waking another
  /// worker.
  void add_quick(Method method, const std::string& pattern, Handler handler);

  /// What answers when no route matches (404) or the method differs (405 with Allow), as a page or a problem.
  void set_not_found(Handler handler);

  /// How a refusal that comes before or instead of the handler looks (413, 500), as a page or a problem. Default: a
  /// problem.
  using ErrorAnswer = std::function<Response(const Request&, const Error&)>;
  void set_error_answer(ErrorAnswer answer);

  /// What stands before the handler of every route that may change something (not GET, HEAD, OPTIONS): it calls the
  /// handler, or does not, and may put another answer in the place of the handler's.
  using Guard = std::function<Response(Request&, const Handler&)>;
  void set_guard(Guard guard);

  struct Route {
    Method method;
    std::string pattern;
    std::vector<std::string> segments;
    Handler handler;
    std::uint64_t body_bytes;
    bool quick;
  };

  /// The route of this method and path; fills `request.parameters` and `request.route`. Null when there is none.
  [[nodiscard]] const Route* find(Request& request) const;

  /// Calls the handler that find() gives. HEAD is answered by GET's route, OPTIONS by Allow where no route is made for
  /// it.
  [[nodiscard]] Response dispatch(Request& request) const;
  [[nodiscard]] Response dispatch(Request& request, const Route* found) const;

  [[nodiscard]] Response error_answer(const Request& request, const Error& error) const;

 private:
  void insert(Route route);
  [[nodiscard]] std::string allowed_methods(const std::string& path) const;

  std::vector<Route> routes_;  ///< most specific first
  Handler not_found_;
  ErrorAnswer error_answer_;
  Guard guard_;
};

/// "GET", …
[[nodiscard]] std::string_view method_name(Method method);

}  // namespace slipway::http
