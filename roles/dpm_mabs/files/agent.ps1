# Compares the MARS agent with the version that is wanted, and installs or updates it from an installer on this server.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string] $WantedVersion = '',
    [string] $InstallerPath = '',
    [string] $InstallFolder = '',
    [string] $CacheFolder = '',
    [string] $ProxyServer = '',
    [int] $ProxyPort = 0
)
# frame
$changed = $false
try {
    Confirm-Language
    $before = Get-AgentVersion
    $wanted = [version] '0.0'
    if ($WantedVersion -ne '') {
        $wanted = [version] $WantedVersion
    }
    $enough = $before -ne '' -and [version] $before -ge $wanted
    if (-not $enough) {
        if ($InstallerPath -eq '' -or -not (Test-Path -LiteralPath $InstallerPath)) {
            Stop-Job 'no-installer' "The MARS agent is '$before', $WantedVersion is wanted, and there is no installer at '$InstallerPath'."
        }
        # What runs here as administrator is looked at first.
        $signature = Get-AuthenticodeSignature -LiteralPath $InstallerPath
        if ([string] $signature.Status -ne 'Valid' -or $signature.SignerCertificate.Subject -notmatch 'O=Microsoft Corporation') {
            Stop-Job 'unsigned-installer' "$InstallerPath has no valid signature of Microsoft Corporation."
        }
        # The proxy's user and password would stand in the process list, so the installer is never given them.
        $switches = @('/q', '/nu')
        if ($InstallFolder -ne '') {
            $switches += '/p:"{0}"' -f $InstallFolder
        }
        if ($CacheFolder -ne '') {
            $switches += '/s:"{0}"' -f $CacheFolder
        }
        if ($ProxyServer -ne '') {
            $switches += @(('/ph:{0}' -f $ProxyServer), ('/po:{0}' -f $ProxyPort))
        }
        if ($PSCmdlet.ShouldProcess($InstallerPath, 'install the MARS agent')) {
            $changed = $true
            $process = Start-Process -FilePath $InstallerPath -ArgumentList $switches -Wait -PassThru
            if ($process.ExitCode -ne 0) {
                Stop-Job 'installer-failed' ('The installer ended with {0}.' -f $process.ExitCode)
            }
            $after = Get-AgentVersion
            if ($after -eq '' -or [version] $after -lt $wanted) {
                Stop-Job 'installer-failed' "After the installer ran the MARS agent is '$after', $WantedVersion is wanted."
            }
        }
    }
    Write-Answer @{
        job            = 'agent'
        failed         = $false
        changed        = -not $enough
        version_before = $before
        version        = Get-AgentVersion
    }
}
catch {
    Write-Failure $_ 'agent' $changed
}
