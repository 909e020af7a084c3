# Overwrites and removes what a killed job has left: files that hold a secret.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param()
# frame
try {
    Confirm-Language
    $count = @(Get-Leftover).Count
    if ($count -gt 0 -and $PSCmdlet.ShouldProcess($OwnFolder, 'shred')) {
        Clear-Leftover | Out-Null
    }
    Write-Answer @{ job = 'cleanup'; failed = $false; changed = $count -gt 0; removed = $count }
}
catch {
    Write-Failure $_ 'cleanup' $false
}
