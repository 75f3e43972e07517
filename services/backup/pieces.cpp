#include "services/backup/pieces.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <thread>

#include "services/backup/fail_point.hpp"

namespace slipway::backup {
namespace {

using Clock_ = std::chrono::steady_clock;

constexpr std::chrono::minutes kPatience{10};
constexpr std::size_t kReadBytes = 1U << 20U;
constexpr int kPipeBytes = 1 << 20;  // what a user without privileges may ask for
constexpr int kWorkersAtMost = 4;

/// Compressing takes several times as long as everything else together, which has this thread to itself.
int compressing_threads() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kWorkersAtMost);
}

/// By read() and the like; 0: not known.
std::uint64_t bytes_read_by(int pid) {
  std::ifstream facts("/proc/" + std::to_string(pid) + "/io");
  std::string name;
  for (std::uint64_t value = 0; facts >> name >> value;)
    if (name == "rchar:") return value;
  return 0;
}

}  // namespace

Status Pieces::add(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!sealer_) SLIPWAY_CHECK(begin());
    const auto part = bytes.substr(0, static_cast<std::size_t>(options_.piece_bytes - in_piece_));
    SLIPWAY_CHECK(sealer_->add(part));
    in_piece_ += part.size();
    manifest_.plain_bytes += part.size();
    progress_(manifest_.plain_bytes, stored_);
    if (stored_ > 0) fail_point("take.piece_begun");
    bytes.remove_prefix(part.size());
    if (in_piece_ == options_.piece_bytes) SLIPWAY_CHECK(end());
  }
  return {};
}

Status Pieces::finish() {
  SLIPWAY_CHECK(end());
  return sender_.finish();
}

Status Pieces::end() {
  if (!sealer_) return {};
  SLIPWAY_TRY(const auto sealed, sealer_->finish());
  SLIPWAY_CHECK(sender_.end());
  manifest_.pieces.push_back({name_, sealed.stored_bytes, sealed.stored_sha256});
  manifest_.stored_bytes += sealed.stored_bytes;
  sealer_.reset();
  return {};
}

void Pieces::forget() {
  sealer_.reset();
  sender_.forget();
  for (const Piece& piece : manifest_.pieces)
    if (!repository_.storage().remove(piece.name)) break;  // remove_unpublished() does it
  manifest_.pieces.clear();
  manifest_.plain_bytes = manifest_.stored_bytes = in_piece_ = 0;
  stored_ = 0;
}

Status Pieces::begin() {
  const std::string number = std::to_string(manifest_.pieces.size() + 1);
  name_ =
      backup_folder(manifest_.id) + "data." + std::string(4 - std::min<std::size_t>(4, number.size()), '0') + number;
  SLIPWAY_CHECK(sender_.begin(name_));
  const nlohmann::ordered_json label{{"what", "backup"},
                                     {"backup", manifest_.id},
                                     {"piece", manifest_.pieces.size() + 1},
                                     {"content", options_.content}};
  auto sink = [this](std::string_view bytes) -> Status {
    stored_ += bytes.size();
    return sender_.add(bytes);
  };
  SLIPWAY_TRY(auto sealer,
              archive::Sealer::start(
                  repository_.key(),
                  {.name = name_, .label = label.dump(), .level = options_.level, .workers = compressing_threads()},
                  std::move(sink)));
  sealer_.emplace(std::move(sealer));
  in_piece_ = 0;
  return {};
}

Status drain(process::Child& child, const archive::Sink& take, const std::string& program,
             const std::filesystem::path& log) {
  // Fewer turns between the two programs; where that is refused the pipe stays as it is.
  static_cast<void>(::fcntl(child.output(), F_SETPIPE_SZ, kPipeBytes));
  std::vector<char> buffer(kReadBytes);
  auto moved = Clock_::now();
  std::uint64_t read_until_then = 0;
  for (;;) {
    pollfd waiting{.fd = child.output(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, 1000);
    if (ready == 0) {
      if (Clock_::now() - moved < kPatience) continue;
      // It reads what has not changed, and has nothing to write.
      if (const std::uint64_t now = bytes_read_by(child.pid()); now > read_until_then) {
        read_until_then = now;
        moved = Clock_::now();
        continue;
      }
      return Error{Code::timeout, program + ": nothing has moved for ten minutes: " + process::last_words(log),
                   "look for a statement on the server that holds a table"};
    }
    const ssize_t got = ::read(child.output(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return Error{Code::internal, program + ": its output cannot be read"};
    if (got == 0) return {};
    SLIPWAY_CHECK(take({buffer.data(), static_cast<std::size_t>(got)}));
    moved = Clock_::now();
  }
}

}  // namespace slipway::backup
