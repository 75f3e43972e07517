#include "services/backup/piece_sender.hpp"

#include <algorithm>
#include <thread>

#include "appliance/embedded/data_directory.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/backup/fail_point.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1U << 20U;
// Left free on our own disk, which may be the server's, too.
constexpr std::uint64_t kReserveBytes = std::uint64_t{1} << 30U;
constexpr std::chrono::milliseconds kLook{100};

bool may_come_back(Code code) { return code == Code::unavailable || code == Code::timeout; }

}  // namespace

Status PieceSender::begin(const std::string& name) {
  current_ = {.name = name, .file = {}, .bytes = 0};
  if (!storage_.can_append()) {
    std::error_code problem;
    fs::create_directories(spool_, problem);
    current_.file = spool_ / name.substr(name.rfind('/') + 1);
    file_ = std::ofstream(current_.file, std::ios::binary | std::ios::trunc);
    if (!file_) return Error{Code::permission, "file '" + current_.file.string() + "': cannot be made"};
  }
  if (!kept_.empty()) return {};  // in their order
  auto writer = storage_.write(name);
  if (!writer) return lost(writer.error());
  writer_ = *std::move(writer);
  return {};
}

Status PieceSender::add(std::string_view bytes) {
  current_.bytes += bytes.size();
  if (file_.is_open() && !file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    SLIPWAY_CHECK(go_without_file());
  if (!writer_) return {};
  const auto sent = writer_->add(bytes);
  return sent ? sent : lost(sent.error());
}

Status PieceSender::end() {
  if (file_.is_open()) {
    file_.close();
    if (!file_) SLIPWAY_CHECK(go_without_file());
  }
  SLIPWAY_CHECK(settle());
  if (!writer_) return keep(std::move(current_));
  committing_.emplace(Committing{std::move(current_), std::move(writer_), {}});
  committing_->done = std::async(std::launch::async, [writer = committing_->writer.get()] { return writer->commit(); });
  return {};
}

/// What came of the object before.
Status PieceSender::settle() {
  if (!committing_) return {};
  const auto done = committing_->done.get();
  Kept object = std::move(committing_->object);
  committing_.reset();
  if (done) {
    std::error_code absent;
    if (!object.file.empty()) fs::remove(object.file, absent);
    fail_point("take.piece_stored");
    return {};
  }
  if (object.file.empty() || !may_come_back(done.error().code)) return done;
  note(done.error(), object.name);
  return keep(std::move(object));
}

Status PieceSender::finish() {
  SLIPWAY_CHECK(settle());
  const auto deadline = std::chrono::steady_clock::now() + patience_.in_all;
  for (auto wait = patience_.first;; wait = std::min(2 * wait, patience_.longest)) {
    SLIPWAY_CHECK(send_kept());
    if (kept_.empty()) return {};
    if (std::chrono::steady_clock::now() + wait > deadline || !sleep(wait)) return *fault_;
  }
}

/// False: somebody wants it to end.
bool PieceSender::sleep(std::chrono::milliseconds time) const {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
    if (patience_.give_up && patience_.give_up()) return false;
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(time, kLook));
  }
  return true;
}

void PieceSender::forget() {
  committing_.reset();  // waits for its end
  writer_.reset();
  file_ = std::ofstream();
  kept_.clear();
  std::error_code problem;
  fs::remove_all(spool_, problem);
}

/// Our own disk is full: that hinders nobody as long as the line holds.
Status PieceSender::go_without_file() {
  if (!writer_) return embedded::disk_full(spool_);
  file_ = std::ofstream();
  std::error_code absent;
  fs::remove(std::exchange(current_.file, {}), absent);
  return {};
}

/// The line is cut: what is written goes into the file alone.
Status PieceSender::lost(const Error& error) {
  writer_.reset();
  if (current_.file.empty() || !may_come_back(error.code)) return error;
  note(error, current_.name);
  return {};
}

void PieceSender::note(const Error& error, const std::string& object) {
  if (!fault_) telemetry::log_error("backup.line_cut", error, {{"object", object}});
  fault_ = error;
}

Status PieceSender::keep(Kept object) {
  kept_.push_back(std::move(object));
  SLIPWAY_CHECK(embedded::require_space(spool_, kReserveBytes));
  const auto too_much = [this] {
    std::uint64_t bytes = 0;
    for (const Kept& one : kept_) bytes += one.bytes;
    return bytes > patience_.kept_bytes;
  };
  if (!too_much()) return {};
  SLIPWAY_CHECK(send_kept());
  return too_much() ? Status(*fault_) : Status();
}

/// Until one does not arrive.
Status PieceSender::send_kept() {
  while (!kept_.empty()) {
    const auto sent = send(kept_.front());
    if (!sent && !may_come_back(sent.error().code)) return sent;
    if (!sent) fault_ = sent.error();
    if (!sent) return {};
    std::error_code absent;
    fs::remove(kept_.front().file, absent);
    kept_.erase(kept_.begin());
    fail_point("take.piece_stored");
  }
  fault_.reset();
  return {};
}

Status PieceSender::send(const Kept& kept) {
  std::ifstream file(kept.file, std::ios::binary);
  SLIPWAY_TRY(const auto writer, storage_.write(kept.name));
  std::string buffer(kReadBytes, '\0');
  std::uint64_t bytes = 0;
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
    const auto got = static_cast<std::size_t>(file.gcount());
    SLIPWAY_CHECK(writer->add(std::string_view(buffer).substr(0, got)));
    bytes += got;
  }
  if (bytes != kept.bytes) return Error{Code::internal, "file '" + kept.file.string() + "': is not what was written"};
  const auto done = writer->commit();
  if (done || done.error().code != Code::conflict) return done;
  // The cut came after the object had its name, and before the answer.
  SLIPWAY_TRY(const auto there, storage_.list(kept.name));
  const bool arrived = std::ranges::any_of(
      there, [&](const StoredObject& object) { return object.name == kept.name && object.bytes == kept.bytes; });
  return arrived ? Status() : done;
}

}  // namespace slipway::backup
