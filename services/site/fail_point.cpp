#include "services/site/fail_point.hpp"

#include "appliance/base/fail_point.hpp"

namespace slipway::site {
namespace {

constexpr auto kPoints = std::to_array<std::string_view>({
    "set_aside.copied",       // what only this site has is in its folder
    "set_aside.some_undone",  // a part of it is undone
    "set_aside.undone",       // all of it is
    "set_aside.log_begun",    // the server's log is empty
});
const FailPoints kFailPoints(kPoints);

}  // namespace

void pass(std::string_view point) { kFailPoints.pass(point); }

}  // namespace slipway::site
