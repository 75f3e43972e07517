// File contents by their SHA-256, in pieces.
#pragma once

#include "appliance/sql/connection.hpp"
#include "services/desk/desk.hpp"

namespace slipway::desk::content_store {

inline constexpr std::size_t kPieceBytes = 1U << 20U;

/// Reads the uploaded file piece by piece, stores what is not there yet and attaches it to the message, all in the
/// caller's transaction. Errors: internal when the file cannot be read; the connection's.
[[nodiscard]] Status attach(sql::Connection& db, std::int64_t message_id, const http::Upload& upload);

/// Piece number `piece`, counted from 0. Error: corrupt when it is missing.
[[nodiscard]] Result<std::string> read_piece(sql::Connection& db, const std::string& content_hash, std::uint64_t piece);

}  // namespace slipway::desk::content_store
