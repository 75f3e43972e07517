// The routing table: which handler answers which method and path.
#pragma once

#include "appliance/http/message.hpp"

namespace slipway::http {

/// Routes are tried from the most to the least specific: constant segments before {parameters}; a last {name...}
/// takes the rest of the path. Built before the server starts, read-only after, so safe for all threads.
class Router {
 public:
  void add(Method method, const std::string& pattern, Handler handler);

  /// What answers when no route matches (404) or the method differs (405 with Allow), as a page or a problem.
  void set_not_found(Handler handler);

  /// Finds the handler, fills `request.parameters` and calls it. HEAD is answered by GET's route.
  [[nodiscard]] Response dispatch(Request& request) const;

 private:
  struct Route {
    Method method;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
  Handler not_found_;
};

}  // namespace slipway::http
