# Debian packages, made by CPack (./dev package): what they depend on is read from the programs by dpkg-shlibdeps.
# slipway is the appliance's; slipway-migrate runs alone on a customer's machine.
install(TARGETS slipway-migrate RUNTIME DESTINATION bin COMPONENT migrate)
install(FILES docs/migration.md docs/profiles.md DESTINATION share/doc/slipway-migrate COMPONENT migrate)

install(TARGETS slipway slipway-webd slipway-jobd slipway-backupd slipway-sited slipway-wizardd RUNTIME DESTINATION bin COMPONENT appliance)
install(FILES docs/first-boot.md docs/restore.md docs/two-sites.md docs/drp.md docs/upgrade.md docs/options.md DESTINATION share/doc/slipway COMPONENT appliance)
install(DIRECTORY appliance/rootfs/usr/ DESTINATION /usr COMPONENT appliance)
install(FILES appliance/rootfs/etc/slipway/slipway.toml DESTINATION /etc/slipway COMPONENT appliance)
# Where a new, empty data volume takes it from (tmpfiles.d).
install(FILES appliance/rootfs/etc/slipway/slipway.toml DESTINATION share/slipway COMPONENT appliance)

# slipway_debian(PACKAGE COMPONENT): what every Debian package has: copyright, changelog, manual pages (docs/man/PROGRAM.1) of its programs.
function(slipway_debian package component)
  set(share ${CMAKE_BINARY_DIR}/debian/${package})
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # SOURCE_DATE_EPOCH when it is set
  configure_file(cmake/debian/changelog.in ${share}/changelog @ONLY)
  install(FILES cmake/debian/copyright DESTINATION share/doc/${package} COMPONENT ${component})
  set(pages "")
  foreach(program ${ARGN})
    configure_file(docs/man/${program}.1 ${share}/${program}.1 @ONLY)
    list(APPEND pages ${share}/${program}.1)
  endforeach()
  # Compressed without a time or a name, so that the same commit makes the same bytes.
  install(CODE "execute_process(COMMAND gzip -9nkf changelog WORKING_DIRECTORY ${share} COMMAND_ERROR_IS_FATAL ANY)
                foreach(page ${pages})
                  execute_process(COMMAND gzip -9nkf \${page} COMMAND_ERROR_IS_FATAL ANY)
                endforeach()" COMPONENT ${component})
  install(FILES ${share}/changelog.gz DESTINATION share/doc/${package} COMPONENT ${component})
  foreach(page ${pages})
    install(FILES ${page}.gz DESTINATION share/man/man1 COMPONENT ${component})
  endforeach()
endfunction()
slipway_debian(slipway-migrate migrate slipway-migrate)
install(FILES cmake/debian/slipway.lintian-overrides DESTINATION share/lintian/overrides RENAME slipway COMPONENT appliance)
slipway_debian(slipway appliance slipway slipway-webd slipway-jobd slipway-backupd slipway-sited slipway-wizardd)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME slipway)
set(CPACK_PACKAGE_VENDOR Slipway)
set(CPACK_PACKAGE_CONTACT "Slipway maintainers <maintainers@slipway.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL migrate appliance)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_DEBIAN_MIGRATE_PACKAGE_NAME slipway-migrate)
set(CPACK_DEBIAN_MIGRATE_PACKAGE_SECTION database)
set(CPACK_COMPONENT_MIGRATE_DESCRIPTION "move a service desk or any database, verified
Looks at an on-premise database without changing it, says what a move would
meet, copies it to any MariaDB or into an account of a Slipway, and compares
every row.")
# A dump is loaded into a private server first.
set(CPACK_DEBIAN_MIGRATE_PACKAGE_RECOMMENDS "mariadb-server-core")

set(CPACK_DEBIAN_APPLIANCE_PACKAGE_NAME slipway)
set(CPACK_DEBIAN_APPLIANCE_PACKAGE_SECTION net)
set(CPACK_COMPONENT_APPLIANCE_DESCRIPTION "service desk with a database of its own for every account
Web server, background work, backup agent and the operator's command, as units
of systemd that have the least rights they can work with. Secrets and databases
are made at the first start.")
# The scratch servers of backups are of mariadb-server-core; dumps and files of tables need the client and mariadb-backup.
set(CPACK_DEBIAN_APPLIANCE_PACKAGE_DEPENDS "mariadb-server (>= 1:10.11), mariadb-client, mariadb-backup, zstd, rclone, systemd (>= 250)")
set(CPACK_DEBIAN_APPLIANCE_PACKAGE_RECOMMENDS "nginx, slipway-migrate")
set(CPACK_DEBIAN_APPLIANCE_PACKAGE_CONTROL_EXTRA
    "${CMAKE_SOURCE_DIR}/cmake/debian/conffiles;${CMAKE_SOURCE_DIR}/cmake/debian/postinst;${CMAKE_SOURCE_DIR}/cmake/debian/prerm;${CMAKE_SOURCE_DIR}/cmake/debian/postrm")
include(CPack)
