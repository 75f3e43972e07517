#include "appliance/lease/lease_page.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "appliance/base/file.hpp"

namespace slipway::lease {

/// A sequence lock: odd while the words are being written.
struct LeasePage::Words {
  std::atomic<std::uint64_t> kind;
  std::atomic<std::uint64_t> sequence;
  std::atomic<std::uint64_t> epoch;
  std::atomic<std::int64_t> write_until;
  std::atomic<std::int64_t> acknowledge_until;
};

namespace {

constexpr std::uint64_t kKind = 0x31206573'61656c53;  // "Slease 1"
constexpr int kReadings = 1000;

Result<void*> map(const std::filesystem::path& file, int flags, int protection, std::size_t size) {
  const int descriptor = ::open(file.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor < 0) return file_error(file, "cannot be opened", errno);
  struct stat status {};
  int failed = ::fstat(descriptor, &status) == 0 ? 0 : errno;
  if (failed == 0 && (flags & O_CREAT) != 0) failed = ::posix_fallocate(descriptor, 0, static_cast<off_t>(size));
  // For everybody to read, whatever the umask of the agent is.
  if (failed == 0 && (flags & O_CREAT) != 0 && ::fchmod(descriptor, 0644) != 0) failed = errno;
  if (failed == 0 && (flags & O_CREAT) == 0 && status.st_size < static_cast<off_t>(size)) failed = EINVAL;
  void* words = failed == 0 ? ::mmap(nullptr, size, protection, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  if (failed == 0 && words == MAP_FAILED) failed = errno;
  ::close(descriptor);
  if (failed == EINVAL) return Error{Code::corrupt, file.string() + ": is no page of a lease"};
  if (failed != 0) return file_error(file, "cannot be mapped", failed);
  return words;
}

}  // namespace

Result<LeasePage> LeasePage::create(const std::filesystem::path& file) {
  SLIPWAY_TRY(void* place, map(file, O_RDWR | O_CREAT, PROT_READ | PROT_WRITE, sizeof(Words)));
  auto* words = static_cast<Words*>(place);
  // A writer before this one may have ended in the middle. Up, so that no reader takes what it sees for what it saw.
  words->sequence.store((words->sequence.load() + 1) & ~1ULL);
  LeasePage page(words);
  page.publish({});
  words->kind.store(kKind);
  return page;
}

Result<LeasePage> LeasePage::open(const std::filesystem::path& file) {
  SLIPWAY_TRY(void* place, map(file, O_RDONLY, PROT_READ, sizeof(Words)));
  LeasePage page(static_cast<Words*>(place));
  if (page.words_->kind.load() != kKind) return Error{Code::corrupt, file.string() + ": is no page of a lease"};
  return page;
}

LeasePage::~LeasePage() {
  if (words_ != nullptr) ::munmap(words_, sizeof(Words));
}

LeasePage::LeasePage(LeasePage&& other) noexcept : words_(std::exchange(other.words_, nullptr)) {}

void LeasePage::publish(const Lease& lease) {
  words_->sequence.fetch_add(1);
  words_->epoch.store(lease.epoch);
  words_->write_until.store(lease.write_until.count());
  words_->acknowledge_until.store(lease.acknowledge_until.count());
  words_->sequence.fetch_add(1);
}

std::optional<Lease> LeasePage::read() const {
  for (int reading = 0; reading < kReadings; ++reading) {
    const std::uint64_t before = words_->sequence.load();
    const Lease lease{words_->epoch.load(), Instant{words_->write_until.load()},
                      Instant{words_->acknowledge_until.load()}};
    if (before % 2 == 0 && words_->sequence.load() == before) return lease;
  }
  return std::nullopt;
}

}  // namespace slipway::lease
