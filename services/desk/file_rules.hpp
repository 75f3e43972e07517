// How stored files are handed to browsers without becoming pages of ours.
#pragma once

#include <string>
#include <string_view>

namespace slipway::desk {

/// The last component of a file name without control characters, at most 255 bytes of valid UTF-8; "file" when nothing
/// is left. "../../etc/passwd" → "passwd".
[[nodiscard]] std::string safe_file_name(std::string_view name);

/// The media type without parameters in lower case; application/octet-stream when it is not well-formed.
[[nodiscard]] std::string plain_media_type(std::string_view type);

/// `stored` when it is a well-formed media type that no browser runs; else application/octet-stream.
[[nodiscard]] std::string safe_media_type(std::string_view stored);

/// The Content-Disposition of a download (RFC 6266): an ASCII fallback and, when they differ, filename*.
[[nodiscard]] std::string download_disposition(std::string_view file_name);

}  // namespace slipway::desk
