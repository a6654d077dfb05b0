# Generates the man pages from the --help text of each program, and defines what cmake --install installs. Documents keep
# their relative positions, so that links between them work.

get_property(programs GLOBAL PROPERTY ELMAN_PROGRAMS)
set(commands ${programs} elman-run)
set(pages)
foreach(command ${commands})
  set(page ${PROJECT_BINARY_DIR}/man/man1/${command}.1) # man searches here for the programs in build/bin
  set(others ${commands})
  list(REMOVE_ITEM others ${command})
  set(program ${PROJECT_SOURCE_DIR}/launch/${command})
  set(made_of ${program})
  if(TARGET ${command})
    set(program $<TARGET_FILE:${command}>)
    set(made_of ${command})
  endif()
  add_custom_command(OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/man/man1
    COMMAND ${PROJECT_SOURCE_DIR}/launch/cmake/man_page ${PROJECT_VERSION} ${program} ${others} > ${page}
    DEPENDS ${made_of} ${PROJECT_SOURCE_DIR}/launch/cmake/man_page
    COMMENT "Making the man page of ${command}" VERBATIM)
  list(APPEND pages ${page})
endforeach()
add_custom_target(man_pages ALL DEPENDS ${pages})
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# elman-run is a link in bin. It finds its other files next to the target of the link, and the programs next to the link.
set(share ${CMAKE_INSTALL_DATADIR}/elman)
install(PROGRAMS launch/elman-run DESTINATION ${share}/launch)
install(DIRECTORY launch/supervisor DESTINATION ${share}/launch)
install(DIRECTORY launch/configs DESTINATION ${share}/launch USE_SOURCE_PERMISSIONS)
install(FILES launch/slurm.sbatch launch/kubernetes.yaml DESTINATION ${share}/launch)
install(DIRECTORY launch/guides DESTINATION ${share}/launch)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${share})
install(CODE "
  set(bin \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  file(RELATIVE_PATH target \"\${bin}\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${share}/launch/elman-run\")
  file(MAKE_DIRECTORY \"\${bin}\")
  file(CREATE_LINK \"\${target}\" \"\${bin}/elman-run\" SYMBOLIC)")
