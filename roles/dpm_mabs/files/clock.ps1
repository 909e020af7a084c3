# The time this server believes it is. The caller compares. Reads only.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param()
# frame
try {
    Confirm-Language
    Write-Answer @{
        job     = 'clock'
        failed  = $false
        changed = $false
        utc     = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ss.fffZ', [Globalization.CultureInfo]::InvariantCulture)
    }
}
catch {
    Write-Failure $_ 'clock' $false
}
