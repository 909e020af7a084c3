# The proxy of this host's services (WinHTTP), and the names that go past it:
# https://learn.microsoft.com/windows-server/administration/windows-commands/netsh-winhttp
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $Server = '',
    [string[]] $Bypass = @()
)
# frame

$changed = $false
try {
    Confirm-Language
    foreach ($text in @($Server) + @($Bypass)) {
        if ($text -notmatch '^[A-Za-z0-9.*<>:_-]+$') {
            Stop-Job 'bad-argument' "$text is neither a proxy (address:port) nor a name that goes past it."
        }
    }
    $netsh = Join-Path $env:SystemRoot 'System32\netsh.exe'
    $changed = $true
    $null = & $netsh winhttp set proxy "proxy-server=$Server" "bypass-list=$($Bypass -join ';')"
    Write-Answer @{ job = 'proxy'; failed = $false; changed = $true; exit_code = [int] $LASTEXITCODE }
}
catch {
    Write-Failure $_ 'proxy' $changed
}
