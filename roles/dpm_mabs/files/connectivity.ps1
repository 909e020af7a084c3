# How names resolve on this server, and whether their port answers: directly, or through the proxy where there is one.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]] $Names = @(),
    [int] $Port = 443,
    [string] $ProxyServer = '',
    [int] $ProxyPort = 0,
    [string[]] $ProxyBypass = @(),
    [int] $Seconds = 10
)
# frame

# The proxy of services, with what goes past it: a binary value of the registry.
function Get-ServiceProxy {
    $key = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections'
    $found = @{ server = ''; bypass = @() }
    if (-not (Test-Path -LiteralPath $key)) {
        return $found
    }
    $item = Get-Item -LiteralPath $key
    $raw = $item.GetValue('WinHttpSettings')
    if ($raw -isnot [byte[]] -or $raw.Length -lt 20 -or ($raw[8] -band 2) -eq 0) {
        return $found
    }
    $length = [BitConverter]::ToInt32($raw, 12)
    $found.server = [Text.Encoding]::ASCII.GetString($raw, 16, $length)
    if ($raw.Length -ge 20 + $length) {
        $rest = [BitConverter]::ToInt32($raw, 16 + $length)
        $list = [Text.Encoding]::ASCII.GetString($raw, 20 + $length, $rest)
        $found.bypass = @($list -split '[;\s]+' | Where-Object { $_ -ne '' })
    }
    return $found
}

function Test-Bypassed {
    param([string] $Name, [string[]] $Patterns)
    foreach ($pattern in $Patterns) {
        if ($Name -like $pattern) {
            return $true
        }
    }
    return $false
}

# Opens a connection within the time; its own error otherwise.
function Open-Connection {
    param([string] $Target, [int] $TargetPort)
    $client = New-Object Net.Sockets.TcpClient
    $waiting = $client.BeginConnect($Target, $TargetPort, $null, $null)
    if (-not $waiting.AsyncWaitHandle.WaitOne([TimeSpan]::FromSeconds($Seconds))) {
        $client.Close()
        throw ('{0}:{1} did not answer within {2} s' -f $Target, $TargetPort, $Seconds)
    }
    $client.EndConnect($waiting)
    return $client
}

# Asks the proxy for a way to a name, and says what it answered.
function Get-ProxyAnswer {
    param([string] $Name)
    $client = Open-Connection $ProxyServer $ProxyPort
    try {
        $stream = $client.GetStream()
        $stream.ReadTimeout = 1000 * $Seconds
        $line = [Text.Encoding]::ASCII.GetBytes(("CONNECT {0}:{1} HTTP/1.1`r`nHost: {0}:{1}`r`n`r`n" -f $Name, $Port))
        $stream.Write($line, 0, $line.Length)
        $reader = New-Object IO.StreamReader $stream
        return [string] $reader.ReadLine()
    }
    finally {
        $client.Close()
    }
}

try {
    Confirm-Language
    $service = Get-ServiceProxy
    $bypass = @($ProxyBypass) + @($service.bypass)
    $rows = foreach ($name in $Names) {
        $row = @{ name = $name; addresses = @(); reached = $false; via = 'direct'; error = '' }
        try {
            $row.addresses = @([Net.Dns]::GetHostAddresses($name) | ForEach-Object { $_.IPAddressToString })
        }
        catch {
            $row.error = [string] $_.Exception.Message
        }
        try {
            if ($ProxyServer -ne '' -and -not (Test-Bypassed $name $bypass)) {
                $row.via = 'proxy'
                $said = Get-ProxyAnswer $name
                $row.reached = $said -match '^HTTP/\S+ 2\d\d'
                if (-not $row.reached) {
                    $row.error = "the proxy answered: $said"
                }
            }
            elseif ($row.addresses.Count -gt 0) {
                (Open-Connection $name $Port).Close()
                $row.reached = $true
            }
        }
        catch {
            $row.error = [string] $_.Exception.Message
        }
        $row
    }
    Write-Answer @{
        job            = 'connectivity'
        failed         = $false
        changed        = $false
        names          = @($rows)
        service_proxy  = [string] $service.server
        service_bypass = @($service.bypass)
    }
}
catch {
    Write-Failure $_ 'connectivity' $false
}
