#include "services/backup/storage.hpp"

#include "services/backup/rate_limited.hpp"
#include "services/backup/storage_address.hpp"
#include "services/backup/storage_directory.hpp"
#include "services/backup/storage_rclone.hpp"

namespace slipway::backup {

Result<std::unique_ptr<Storage>> open_storage(const StorageAddress& address) {
  SLIPWAY_TRY(const ParsedAddress parsed, parse_storage_url(address.url));
  SLIPWAY_TRY(std::unique_ptr<Storage> storage, parsed.kind == StorageKind::directory
                                                    ? open_directory(parsed.path)
                                                    : open_rclone(parsed, address.credentials_file));
  if (address.bytes_per_second == 0) return storage;
  return limit_rate(std::move(storage), address.bytes_per_second);
}

Result<std::string> read_all(Storage& storage, const std::string& name, std::size_t most) {
  SLIPWAY_TRY(const auto reader, storage.read(name));
  std::string all;
  for (;;) {
    SLIPWAY_TRY(const std::string part, reader->read(most + 1 - all.size()));
    if (part.empty()) return all;
    all += part;
    if (all.size() > most)
      return Error{Code::too_large, storage.describe() + "/" + name + ": more than " + std::to_string(most) + " bytes"};
  }
}

}  // namespace slipway::backup
