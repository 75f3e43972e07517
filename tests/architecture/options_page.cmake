# Fails when PAGE differs from what `PROGRAM config describe --markdown` prints.
execute_process(COMMAND ${PROGRAM} config describe --markdown OUTPUT_VARIABLE generated RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "slipway config describe: exit status ${status}")
endif()
file(READ ${PAGE} page)
if(NOT page STREQUAL generated)
  message(FATAL_ERROR "${PAGE}: is stale; run ./dev docs")
endif()
