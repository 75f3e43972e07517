#include "appliance/setup/data_exchange.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "appliance/base/file.hpp"

namespace slipway::setup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVolume = "/srv/slipway";
constexpr const char* kMovingOut = ".being-restored";
constexpr const char* kMovingIn = ".being-filled";
// The server does not start without it: it leaves first and comes last.
constexpr const char* kSystemDatabase = "mysql";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// All but the marks.
Result<std::vector<fs::path>> entries_of(const fs::path& directory) {
  std::vector<fs::path> names;
  std::error_code failure;
  // Step by step: the range's own way on throws where a directory cannot be read to its end.
  for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
    const fs::path name = entry->path().filename();
    if (name != kMovingOut && name != kMovingIn && name != kBeingMade) names.push_back(name);
  }
  if (failure) return file_error(directory, "cannot be listed", failure.value());
  return names;
}

Status move_entries(const fs::path& from, const fs::path& to, bool system_first,
                    const std::function<void()>& after_each) {
  SLIPWAY_TRY(auto names, entries_of(from));
  std::ranges::stable_partition(names, [&](const fs::path& name) { return (name == kSystemDatabase) == system_first; });
  for (const fs::path& name : names) {
    if (::rename((from / name).c_str(), (to / name).c_str()) != 0)
      return file_error(to / name, "cannot be moved there", errno);
    after_each();
  }
  SLIPWAY_CHECK(sync_folder_of(to / kMovingIn));
  return sync_folder_of(from / kMovingIn);
}

Status remove_mark(const fs::path& mark) {
  std::error_code failure;
  fs::remove(mark, failure);
  return failure ? Status(file_error(mark, "cannot be removed", failure.value())) : Status();
}

}  // namespace

fs::path volume_of(const fs::path& data) {
  return data == fs::path("/var/lib/mysql") && is_there(fs::path(kVolume) / "mysql") ? fs::path(kVolume)
                                                                                     : data.parent_path();
}

bool DataExchange::begun() const { return is_there(places_.data / kMovingOut); }
bool DataExchange::coming() const { return is_there(places_.data / kMovingIn); }

Status DataExchange::announce() const { return replace_file(places_.data / kMovingOut, "", 0600); }

Status DataExchange::take_out() const {
  std::error_code failure;
  fs::create_directories(places_.outgoing, failure);
  if (failure) return file_error(places_.outgoing, "cannot be made", failure.value());
  if (coming()) return {};
  // Again: who was making an empty database has removed what he did not know.
  SLIPWAY_CHECK(announce());
  passed_("leaving");
  SLIPWAY_CHECK(move_entries(places_.data, places_.outgoing, true, [&] { passed_("one-left"); }));
  passed_("left");
  return {};
}

Status DataExchange::bring_in() const {
  if (!coming()) {
    SLIPWAY_CHECK(replace_file(places_.data / kMovingIn, "", 0600));
    passed_("coming");
  }
  SLIPWAY_CHECK(move_entries(places_.incoming, places_.data, false, [&] { passed_("one-came"); }));
  passed_("came");
  return {};
}

Status DataExchange::finish() const {
  SLIPWAY_CHECK(remove_mark(places_.data / kMovingIn));
  SLIPWAY_CHECK(remove_mark(places_.data / kMovingOut));
  return sync_folder_of(places_.data / kMovingIn);
}

}  // namespace slipway::setup
