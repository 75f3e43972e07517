#include "services/backup/rclone_writer.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "appliance/crypto/crypto.hpp"

namespace slipway::backup {
namespace {

constexpr std::string_view kWriting = "cannot be written";
constexpr std::size_t kInMemory = 8U << 20U;
// Of a copy inside a service, which may be of hundreds of gigabytes.
constexpr std::chrono::hours kRenameLimit{6};

class RcloneWriter final : public ObjectWriter {
 public:
  RcloneWriter(RclonePlace place, std::string name)
      : place_(std::move(place)),
        name_(std::move(name)),
        object_(place_.object(name_)),
        beside_(std::string(kUnfinishedFolder) + "/" + crypto::random_token(12).reveal()) {}
  RcloneWriter(const RcloneWriter&) = delete;
  RcloneWriter& operator=(const RcloneWriter&) = delete;
  ~RcloneWriter() override { discard(); }

  Status add(std::string_view bytes) override {
    if (ended_) return spent();
    added_ += bytes.size();
    if (!upload_ && buffer_.size() + bytes.size() <= kInMemory) {
      buffer_.append(bytes);
      return {};
    }
    if (!upload_) SLIPWAY_CHECK(begin());
    return keep(upload_->write(bytes));
  }

  Status sync() override { return Error{Code::unsupported, object_ + ": cannot be written visibly"}; }

  Status commit() override {
    if (ended_) return spent();
    if (place_.puts_are_atomic) SLIPWAY_CHECK(keep(free_name()));
    return finish("--ignore-existing");
  }

  /// As commit(), in the place of an object of the name.
  Status take_place() { return finish("--ignore-times"); }

 private:
  [[nodiscard]] Error spent() const { return Error{Code::conflict, object_ + ": this writer has ended", "begin anew"}; }

  /// From here on the bytes go to a child.
  Status begin() {
    auto upload = place_.rclone->write_to({"rcat", place_.at(beside_)}, object_);
    if (!upload) return keep(upload.error());
    upload_.emplace(std::move(*upload));
    begun_ = true;
    const std::string first = std::exchange(buffer_, {});
    return keep(upload_->write(first));
  }

  Status finish(const std::string& option) {
    if (!upload_ && place_.puts_are_atomic) {
      const auto send = [&] { return place_.rclone->put({"rcat", place_.at(name_)}, buffer_, object_, kWriting); };
      auto sent = send();
      // Two that put one name at the same moment: rclone takes the other's bytes for its own gone wrong, and may have
      // removed them.
      if (!sent && sent.error().message.find("corrupted on transfer") != std::string::npos) sent = send();
      SLIPWAY_CHECK(keep(sent));
      ended_ = true;
      return {};
    }
    begun_ = true;
    SLIPWAY_CHECK(keep(upload_ ? upload_->finish(kWriting)
                               : place_.rclone->put({"rcat", place_.at(beside_)}, buffer_, object_, kWriting)));
    sent_ = true;
    return give_name(option);
  }

  [[nodiscard]] Status free_name() const {
    const auto size = place_.size_of(name_);
    if (size) return taken();
    return size.error().code == Code::not_found ? Status() : Status(size.error());
  }

  [[nodiscard]] Error taken() const {
    return Error{Code::conflict, object_ + ": already exists, and is never replaced",
                 "remove it first, or use another name"};
  }

  Status give_name(const std::string& option) {
    const auto move = [&] {
      return place_.rclone->run({"moveto", "-v", option, place_.at(beside_), place_.at(name_)}, object_,
                                "cannot be given its name", kRenameLimit);
    };
    auto moved = move();
    // Two that make the same directory at the same moment: an SFTP server calls it a failure to the later one, and the
    // directory is there.
    if (!moved && moved.error().message.find("mkParentDir failed") != std::string::npos) moved = move();
    if (!moved) {
      // A server that refuses to rename over an object says no more than "failure".
      if (option == "--ignore-existing" && place_.size_of(name_) && place_.size_of(beside_)) return keep(taken());
      return keep(moved.error());
    }
    // Where the name is taken, rclone skips the move and calls that a success.
    const bool done =
        moved->err.find("Moved (") != std::string::npos || moved->err.find("Copied (") != std::string::npos;
    if (!done) return keep(taken());
    ended_ = true;
    return {};
  }

  /// A writer that has failed takes back what it sent.
  Status keep(Status status) {
    if (status) return status;
    Error error = std::move(status).error();
    if (begun_ && !sent_ && error.code == Code::unavailable && is_full()) {
      error.code = Code::no_space;
      error.hint = "free some space there, or keep fewer backups";
    }
    discard();
    return error;
  }

  /// SFTP has no word for a full disk; its free space tells. rclone has already removed what it had written.
  [[nodiscard]] bool is_full() const {
    if (place_.puts_are_atomic) return false;
    const auto told = place_.rclone->run({"about", "--json", Rclone::at(place_.root)}, object_, "free space");
    if (!told) return false;
    const auto space = nlohmann::json::parse(told->out, nullptr, false);
    if (!space.is_object() || !space.contains("free") || !space["free"].is_number_unsigned()) return false;
    constexpr std::uint64_t kSpare = 1U << 20U;
    return space["free"].get<std::uint64_t>() < added_ + kSpare;
  }

  void discard() {
    if (ended_) return;
    ended_ = true;
    if (upload_) upload_->stop();
    if (!begun_) return;
    // What cannot be removed now, sweep() removes later.
    static_cast<void>(place_.rclone->run({"deletefile", place_.at(beside_)}, object_, "cannot be removed"));
  }

  RclonePlace place_;
  std::string name_;
  std::string object_;
  std::string beside_;  // its name until commit()
  std::string buffer_;  // until there is an upload
  std::optional<RcloneStream> upload_;
  std::uint64_t added_ = 0;
  bool begun_ = false;  // something may lie beside
  bool sent_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::uint64_t> RclonePlace::size_of(const std::string& name) const {
  SLIPWAY_TRY(const process::Finished told, rclone->run({"lsjson", "--stat", "--no-modtime", "--no-mimetype", at(name)},
                                                        object(name), "cannot be looked up"));
  const auto facts = nlohmann::json::parse(told.out, nullptr, false);
  if (!facts.is_object() || !facts.contains("Size") || !facts["Size"].is_number_integer())
    return Error{Code::internal, object(name) + ": rclone tells no size of it"};
  // On S3 what is not there looks like an empty directory.
  if (facts.value("IsDir", true)) return Error{Code::not_found, object(name) + ": not found"};
  return facts["Size"].get<std::uint64_t>();
}

std::unique_ptr<ObjectWriter> rclone_writer(const RclonePlace& place, const std::string& name) {
  return std::make_unique<RcloneWriter>(place, name);
}

Status rclone_replace(const RclonePlace& place, const std::string& name, std::string_view bytes) {
  RcloneWriter writer(place, name);
  SLIPWAY_CHECK(writer.add(bytes));
  return writer.take_place();
}

}  // namespace slipway::backup
