#include "appliance/archive/frame.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "appliance/archive/big_endian.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::archive {
namespace {

constexpr std::uint32_t kLast = 0x80000000U;
constexpr std::uint64_t kMostFrames = 0xFFFFFFFFU;

unsigned char* octets(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (fetched == nullptr) std::abort();  // an OpenSSL without it
  return fetched;
}

}  // namespace

std::optional<FrameHead> decode_frame_head(std::string_view bytes) {
  if (bytes.size() < FrameHead::kBytes) return std::nullopt;
  const std::uint32_t word = from_big_endian(bytes);
  const FrameHead head{word & ~kLast, (word & kLast) != 0};
  if (from_big_endian(bytes.substr(4)) != ~word || head.content_bytes == 0 || head.content_bytes > kLongestFrameContent)
    return std::nullopt;
  return head;
}

void FrameCipher::FreeContext::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

FrameCipher::FrameCipher(Direction direction, const Key& key, const ObjectHead& head, std::string_view name)
    : context_(EVP_CIPHER_CTX_new()),
      nonce_prefix_(head.nonce_prefix),
      // The head says itself how long it is, so that head and name cannot be cut at another place.
      binding_(crypto::sha256_raw(encode(head).append(name))) {
  const Secret object_key = key.derive("object", head.salt);
  if (context_ == nullptr || EVP_CipherInit_ex2(context_.get(), aes_256_gcm(),
                                                reinterpret_cast<const unsigned char*>(object_key.reveal().data()),
                                                nullptr, direction == Direction::seal ? 1 : 0, nullptr) != 1)
    std::abort();  // out of memory, or a fault of ours
}

void FrameCipher::begin_frame(bool last) {
  std::string nonce = nonce_prefix_ + big_endian(static_cast<std::uint32_t>(next_frame_)) + (last ? '\1' : '\0');
  ++next_frame_;
  int ignored = 0;
  if (EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, octets(nonce.data()), -1, nullptr) != 1 ||
      EVP_CipherUpdate(context_.get(), nullptr, &ignored, octets(binding_.data()), static_cast<int>(binding_.size())) !=
          1)
    std::abort();
}

bool FrameCipher::seal(char* frame, std::size_t content_bytes, bool last) {
  if (next_frame_ > kMostFrames) return false;
  const std::uint32_t word = static_cast<std::uint32_t>(content_bytes) | (last ? kLast : 0U);
  std::memcpy(frame, (big_endian(word) + big_endian(~word)).data(), FrameHead::kBytes);
  begin_frame(last);
  unsigned char* content = octets(frame + FrameHead::kBytes);
  int done = 0;
  int rest = 0;
  if (EVP_CipherUpdate(context_.get(), content, &done, content, static_cast<int>(content_bytes)) != 1 ||
      EVP_CipherFinal_ex(context_.get(), content + done, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, content + content_bytes) != 1)
    std::abort();
  return true;
}

bool FrameCipher::open(char* content, const FrameHead& head) {
  if (next_frame_ > kMostFrames) return false;
  begin_frame(head.last);
  unsigned char* bytes = octets(content);
  int done = 0;
  int rest = 0;
  if (EVP_CipherUpdate(context_.get(), bytes, &done, bytes, static_cast<int>(head.content_bytes)) != 1 ||
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, bytes + head.content_bytes) != 1)
    std::abort();
  return EVP_CipherFinal_ex(context_.get(), bytes + done, &rest) == 1;
}

}  // namespace slipway::archive
