// slipway: the operator's command line.
#include "services/operator/command.hpp"

int main(int argc, char** argv) { return slipway::operator_::run(argc, argv); }
