#include "appliance/http/seats.hpp"

namespace slipway::http {
namespace {

thread_local bool seated = false;

}  // namespace

void Seats::take() {
  if (seated) return;
  free_.acquire();
  seated = true;
}

void Seats::leave() {
  if (!seated) return;
  seated = false;
  free_.release();
}

}  // namespace slipway::http
