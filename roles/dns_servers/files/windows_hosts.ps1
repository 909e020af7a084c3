# Keeps lines of this role in the hosts file of a Windows machine, for tests only. Writes nothing with -Check.
#
# -Wanted is JSON in base64: state, answers (fqdn, ip_addresses). The answer is JSON: changed, failed, msg, changes.
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [string] $Wanted,
    [switch] $Check
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$Begin = '# begin managed by privatelink.recovery'
$End = '# end managed by privatelink.recovery'
$Path = Join-Path $env:SystemRoot 'System32\drivers\etc\hosts'

function Write-Answer {
    param([bool] $Failed, [string] $Message, [string[]] $Changes)
    $answer = @{ changed = ($Changes.Count -gt 0); failed = $Failed; msg = $Message; changes = @($Changes) }
    ConvertTo-Json -InputObject $answer -Compress -Depth 5
}

try {
    $json = [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($Wanted))
    $desired = ConvertFrom-Json -InputObject $json
    $before = [System.IO.File]::ReadAllText($Path)
    $pattern = '(?s)\r\n' + [regex]::Escape($Begin) + '.*?' + [regex]::Escape($End) + '\r\n'
    $after = [regex]::Replace($before, $pattern, '')
    if ($desired.state -eq 'present') {
        $lines = @($Begin)
        foreach ($answer in @($desired.answers)) {
            foreach ($address in @($answer.ip_addresses)) {
                $lines += "$address $($answer.fqdn)"
            }
        }
        $lines += $End
        # The empty line before the block belongs to it, so that the file is what it was once the block is gone.
        $after = $after + "`r`n" + ($lines -join "`r`n") + "`r`n"
    }
    $changes = @()
    if ($after -cne $before) {
        $changes = @("write $Path")
        if (-not $Check) {
            [System.IO.File]::WriteAllText($Path, $after)
            ipconfig /flushdns | Out-Null
        }
    }
    Write-Answer -Failed $false -Message '' -Changes $changes
    exit 0
} catch {
    Write-Answer -Failed $true -Message $_.Exception.Message -Changes @()
    exit 1
}
