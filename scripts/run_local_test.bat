@echo off
rem The same as run_local_test.sh, through the Windows Subsystem for Linux.
wsl --cd "%~dp0.." -- scripts/run_local_test.sh %*
exit /b %errorlevel%
