// The files of a database server's directory give way to others, which a restore has made beside them (F7, D8).
//
//   serving ─ announce ─ server stopped ─ take_out: .being-restored, files leave ─ bring_in: .being-filled, files come
//   ─ recorded by who exchanges ─ finish: both marks gone ─ started
//
// Killed anywhere, the same calls go on where it was. As long as .being-restored is there, neither the server nor who
// makes an empty database is started (their units).
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::setup {

/// Not thread-safe; its calls in the order above. Errors: those of file_error(), naming the path.
class DataExchange {
 public:
  /// All on one file system.
  struct Places {
    std::filesystem::path data;      ///< where the server's files belong
    std::filesystem::path incoming;  ///< the files that come
    std::filesystem::path outgoing;  ///< where the files go that are there; made when it is missing
  };
  /// `passed` is told of "leaving", "one-left", "left", "coming", "one-came", "came" as soon as each is on the disk.
  DataExchange(Places places, std::function<void(std::string_view)> passed)
      : places_(std::move(places)), passed_(std::move(passed)) {}

  [[nodiscard]] bool begun() const;
  /// From here on there is no way back: a part of the files may have come.
  [[nodiscard]] bool coming() const;

  [[nodiscard]] Status announce() const;
  /// With the server stopped. Nothing when files are coming already.
  [[nodiscard]] Status take_out() const;
  [[nodiscard]] Status bring_in() const;
  [[nodiscard]] Status finish() const;

 private:
  Places places_;
  std::function<void(std::string_view)> passed_;
};

/// In the server's directory: an empty database that is being made there (data-volume of the image). It neither leaves
/// nor comes.
inline constexpr const char* kBeingMade = ".being-made";

/// The directory whose sub-directories lie on one file system with the server's files: of an image the data volume
/// under its own path, since a bind mount counts as another file system; else the one above `data`.
[[nodiscard]] std::filesystem::path volume_of(const std::filesystem::path& data);

}  // namespace slipway::setup
