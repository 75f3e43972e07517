#include "services/backup/gentle_thread.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

namespace slipway::backup {
namespace {

constexpr int kNice = 10;
// Of linux/ioprio.h, which old systems lack.
constexpr int kThisThread = 1;  // IOPRIO_WHO_PROCESS
constexpr int kIdle = 3 << 13;  // IOPRIO_CLASS_IDLE

}  // namespace

void run_gently(const std::function<void()>& work) {
  // A thread that has become slow may not become fast again without a privilege: so it ends with its work.
  std::thread thread([&work] {
    ::setpriority(PRIO_PROCESS, 0, kNice);  // on Linux: of this thread
    ::syscall(SYS_ioprio_set, kThisThread, 0, kIdle);
    work();
  });
  thread.join();
}

}  // namespace slipway::backup
