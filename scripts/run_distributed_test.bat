@echo off
rem The same as run_distributed_test.sh, through the Windows Subsystem for Linux.
wsl --cd "%~dp0.." -- scripts/run_distributed_test.sh %*
exit /b %errorlevel%
