// Sealed documents: no byte changes unseen.
#include <gtest/gtest.h>

#include "services/backup/document.hpp"

namespace slipway::backup {
namespace {

// F1
TEST(BackupDocument, NoBitOfItChangesUnseen) {
  const auto key = archive::Key::make();
  const std::string text = seal_document(key, "name", {{"form", 1}, {"id", "abc"}});
  ASSERT_TRUE(open_document(key, "name", text).has_value());
  for (std::size_t at = 0; at < text.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string altered = text;
      altered[at] = static_cast<char>(altered[at] ^ (1 << bit));
      EXPECT_FALSE(open_document(key, "name", altered).has_value()) << at << "." << bit;
    }
  EXPECT_FALSE(open_document(key, "other", text).has_value());
  const auto other = open_document(archive::Key::make(), "name", text);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, Code::unauthenticated);
}

}  // namespace
}  // namespace slipway::backup
