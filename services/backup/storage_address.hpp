// What the URL of a storage says: read by appliance/archive, since the first boot asks for such addresses as well.
#pragma once

#include "appliance/archive/storage_address.hpp"

namespace slipway::backup {

using archive::parse_storage_url;
using archive::ParsedAddress;
using archive::StorageKind;

}  // namespace slipway::backup
