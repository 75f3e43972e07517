# Debian packages, made by CPack (./dev package): what they depend on is read from the programs by dpkg-shlibdeps.
install(TARGETS slipway-migrate RUNTIME DESTINATION bin COMPONENT migrate)
install(FILES docs/migration.md docs/profiles.md CHANGELOG.md DESTINATION share/doc/slipway-migrate COMPONENT migrate)
install(FILES LICENSE DESTINATION share/doc/slipway-migrate RENAME copyright COMPONENT migrate)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME slipway)
set(CPACK_PACKAGE_VENDOR Slipway)
set(CPACK_PACKAGE_CONTACT "Slipway <slipway@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL migrate)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_MIGRATE_PACKAGE_NAME slipway-migrate)
set(CPACK_DEBIAN_MIGRATE_PACKAGE_SECTION database)
set(CPACK_COMPONENT_MIGRATE_DESCRIPTION "Move a service desk or any database, verified
 Looks at an on-premise database without changing it, says what a move would meet, copies it to any
 MariaDB or into an account of a Slipway, and compares every row.")
# A dump is loaded into a private server first.
set(CPACK_DEBIAN_MIGRATE_PACKAGE_RECOMMENDS "mariadb-server-core")
include(CPack)
